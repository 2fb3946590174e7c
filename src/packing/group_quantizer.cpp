#include <algorithm>
#include <cmath>

#include "container/text.h"
#include "error.h"
#include "numeric/int8_step.h"
#include "packing/matrix_packer.h"

namespace nibble {
namespace {

constexpr int largest_code = 15, middle_zero = 8;
/// Puts the largest magnitude on the last level, as the quantizers of bitsandbytes do.
constexpr std::string_view simple_method = "max7";

}  // namespace

const ScaleMethod& packing_method(std::string_view method) {
  const ScaleMethod* found = find_scale_method(method == llama_cpp ? simple_method : method);
  if (found) return *found;
  std::string list;
  for (const ScaleMethod& known : all_scale_methods()) list += (list.empty() ? "" : ", ") + std::string(known.name);
  throw Error("There is no method " + in_quotes(method) + " for safetensors types. Choose one of: " + list + ".");
}

GroupQuantizer::GroupQuantizer(const Packing& packing, const ScaleMethod& method)
    : packing_(packing),
      method_(method),
      storage_(packing.family == PackingFamily::gptq ? Storage::f16 : Storage::real) {
  for (int i = -largest_code; i <= largest_code; ++i) integers_.push_back(static_cast<float>(i));
}

Levels GroupQuantizer::levels_at(int zero) const {
  if (packing_.family == PackingFamily::gptq) return {integers_.data() + largest_code - zero, largest_code + 1};
  const std::span<const float> levels = packing_levels(packing_);
  return {levels.data(), static_cast<int>(levels.size())};
}

GroupQuantizer::Choice GroupQuantizer::choose(const float* values, size_t count) {
  if (packing_.asymmetric) return choose_asymmetric(values, count);
  return {method_.choose({values, nullptr, count, levels_at(middle_zero), storage_}, scratch_).scale, middle_zero};
}

/// By largest magnitude the range from the smallest to the largest value, zero included, is spread over the codes. The
/// other methods search the scale for zeros next to that one, "exact" for all sixteen.
GroupQuantizer::Choice GroupQuantizer::choose_asymmetric(const float* values, size_t count) {
  const auto [low, high] = std::minmax_element(values, values + count);
  const double from = std::min(0.0f, *low), to = std::max(0.0f, *high);
  const float spread = nearest_stored_scale((to - from) / largest_code, storage_);
  if (spread == 0) return {0, middle_zero};
  const int near = std::clamp(static_cast<int>(std::lround(-from / spread)), 0, largest_code);
  if (method_.name == simple_method) return {spread, near};
  const bool all = method_.name == exact_method;
  const int first = all ? 0 : std::max(0, near - 1), last = all ? largest_code : std::min(largest_code, near + 1);
  Choice best{0, middle_zero};
  double best_error = HUGE_VAL;
  for (int zero = first; zero <= last; ++zero) {
    const BlockProblem problem{values, nullptr, count, levels_at(zero), storage_};
    const float scale = method_.choose(problem, scratch_).scale;
    if (scale == 0) continue;
    const double error = block_error(problem, scale);
    if (error < best_error) {
      best_error = error;
      best = {scale, zero};
    }
  }
  return best;
}

void GroupQuantizer::encode(const float* values, size_t count, Choice choice, float seen, uint8_t* codes,
                            float* decoded) const {
  const Levels levels = levels_at(choice.zero);
  const std::span<const uint8_t> names = packing_codes(packing_);
  const bool int8 = packing_.family == PackingFamily::int8;
  const int none = nearest_code(levels, 0);
  for (size_t i = 0; i < count; ++i) {
    const int level = choice.scale == 0 ? none : nearest_code(levels, values[i] / static_cast<double>(choice.scale));
    codes[i] = names[static_cast<size_t>(level)];
    decoded[i] = int8 ? static_cast<float>(level - 127) * seen * int8_step : levels.value[level] * seen;
  }
}

void GroupQuantizer::range(Choice choice, float seen, float& low, float& high) const {
  const Levels levels = levels_at(choice.zero);
  const float *first = levels.value, *last = levels.value + levels.count - 1;
  low = seen * (first[0] - (first[1] - first[0]) / 2);
  high = seen * (last[0] + (last[0] - last[-1]) / 2);
  if (low > high) std::swap(low, high);
}

}  // namespace nibble
