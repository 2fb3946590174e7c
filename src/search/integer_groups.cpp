#include "search/integer_groups.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nibble {
namespace {

constexpr int largest_code = 15;

/// -15 .. 15: the levels of any zero are sixteen of them.
constexpr auto integers = [] {
  std::array<float, 2 * largest_code + 1> all{};
  for (int i = -largest_code; i <= largest_code; ++i)
    all[static_cast<size_t>(i + largest_code)] = static_cast<float>(i);
  return all;
}();

BlockProblem problem_of(const float* values, const float* importance, size_t count, int zero) {
  return {values, importance, count, levels_from_zero(zero), Storage::f16};
}

}  // namespace

Levels levels_from_zero(int zero) { return {integers.data() + largest_code - zero, largest_code + 1}; }

GroupScale symmetric_scale(const ScaleMethod& method, const float* values, const float* importance, size_t count,
                           ScaleScratch& scratch) {
  return {method.choose(problem_of(values, importance, count, middle_zero), scratch).scale, middle_zero};
}

GroupScale asymmetric_scale(const ScaleMethod& method, ZeroChoice zeros, const float* values, const float* importance,
                            size_t count, ScaleScratch& scratch) {
  const auto [low, high] = std::minmax_element(values, values + count);
  const double from = std::min(0.0f, *low), to = std::max(0.0f, *high);
  const float spread = nearest_stored_scale((to - from) / largest_code, Storage::f16);
  if (spread == 0) return {0, middle_zero};
  const int near = std::clamp(static_cast<int>(std::lround(-from / spread)), 0, largest_code);
  if (zeros == ZeroChoice::range) return {spread, near};
  const bool all = zeros == ZeroChoice::all;
  const int first = all ? 0 : std::max(0, near - 1), last = all ? largest_code : std::min(largest_code, near + 1);
  GroupScale best{0, middle_zero};
  double best_error = HUGE_VAL;
  for (int zero = first; zero <= last; ++zero) {
    const BlockProblem problem = problem_of(values, importance, count, zero);
    const float scale = method.choose(problem, scratch).scale;
    if (scale == 0) continue;
    const double error = block_error(problem, scale);
    if (error < best_error) {
      best_error = error;
      best = {scale, zero};
    }
  }
  return best;
}

int group_code(GroupScale choice, float value) {
  if (choice.scale == 0) return choice.zero;
  return nearest_code(levels_from_zero(choice.zero), value / static_cast<double>(choice.scale));
}

}  // namespace nibble
