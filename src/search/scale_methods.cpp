#include "search/scale_methods.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "numeric/fifth_root.h"
#include "search/divisor_table.h"

namespace nibble {
namespace {

double weight_of(const BlockProblem& problem, size_t i) { return problem.importance ? problem.importance[i] : 1.0; }

/// The first value of largest magnitude, with its sign.
float signed_maximum(const BlockProblem& problem) {
  float largest = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    if (std::fabs(problem.x[i]) > std::fabs(largest)) largest = problem.x[i];
  }
  return largest;
}

double long_end(Levels levels) {
  const double first = levels.value[0], last = levels.value[levels.count - 1];
  return std::fabs(first) >= std::fabs(last) ? first : last;
}
double short_end(Levels levels) {
  const double first = levels.value[0], last = levels.value[levels.count - 1];
  return std::fabs(first) >= std::fabs(last) ? last : first;
}

void note(ScaleScratch& scratch, double scale) {
  if (scratch.trace) scratch.trace->push_back(scale);
}

ScaleChoice stored(const BlockProblem& problem, double scale, uint32_t tried) {
  return {nearest_stored_scale(scale, problem.storage), tried};
}

/// sum w x l and sum w l^2 for the levels nearest at a scale; the codes too when asked for.
struct Moments {
  double A = 0, B = 0;
};
Moments moments_at(const BlockProblem& problem, double scale, int* codes = nullptr) {
  Moments moments;
  for (size_t i = 0; i < problem.n; ++i) {
    const int code = nearest_code(problem.levels, problem.x[i] / scale);
    if (codes) codes[i] = code;
    const double w = weight_of(problem, i), level = problem.levels.value[code];
    moments.A += w * problem.x[i] * level;
    moments.B += w * level * level;
  }
  return moments;
}

ScaleChoice max7(const BlockProblem& problem, ScaleScratch& scratch) {
  const double scale = std::fabs(signed_maximum(problem) / short_end(problem.levels));
  note(scratch, scale);
  return stored(problem, scale, 1);
}

ScaleChoice signed_max(const BlockProblem& problem, ScaleScratch& scratch) {
  const double scale = signed_maximum(problem) / long_end(problem.levels);
  note(scratch, scale);
  return stored(problem, scale, 1);
}

ScaleChoice table8(const BlockProblem& problem, ScaleScratch& scratch) {
  const double at_end = signed_maximum(problem) / long_end(problem.levels);
  if (at_end == 0) return {0, 0};
  double best_scale = 0, best_error = std::numeric_limits<double>::infinity();
  for (const double divisor : divisor_table) {
    const double scale = at_end * (divisor_table_reach / divisor);
    note(scratch, scale);
    const double error = block_error(problem, scale);
    if (error < best_error) {
      best_error = error;
      best_scale = scale;
    }
  }
  return stored(problem, best_scale, std::size(divisor_table));
}

ScaleChoice grid(const BlockProblem& problem, ScaleScratch& scratch) {
  const double maximum = signed_maximum(problem), reach = long_end(problem.levels);
  if (maximum == 0) return {0, 0};
  // 19 inverse scales around the one that puts the maximum on the long end, a tenth of the last level's distance apart.
  const Levels& levels = problem.levels;
  const double step =
      reach < 0 ? levels.value[0] - levels.value[1] : levels.value[levels.count - 1] - levels.value[levels.count - 2];
  double best_scale = 0, best_gain = 0;
  for (int k = -9; k <= 9; ++k) {
    const double scale = maximum / (reach + 0.1 * k * step);
    note(scratch, scale);
    const Moments moments = moments_at(problem, scale);
    if (moments.B > 0 && moments.A * moments.A > best_gain * moments.B) {
      best_gain = moments.A * moments.A / moments.B;
      best_scale = moments.A / moments.B;
    }
  }
  return stored(problem, best_scale, 19);
}

ScaleChoice descent(const BlockProblem& problem, ScaleScratch& scratch) {
  const double start = signed_maximum(problem) / long_end(problem.levels);
  if (start == 0) return {0, 0};
  note(scratch, start);
  scratch.codes.resize(problem.n);
  Moments sums = moments_at(problem, start, scratch.codes.data());
  uint32_t tried = 1;
  for (int pass = 0; pass < 5; ++pass) {
    bool changed = false;
    for (size_t i = 0; i < problem.n; ++i) {
      // Without weight i, the best scale is A / B; the weight then takes the level nearest at that scale, if the
      // block's error falls.
      const double w = weight_of(problem, i), old_level = problem.levels.value[scratch.codes[i]];
      const Moments rest{sums.A - w * problem.x[i] * old_level, sums.B - w * old_level * old_level};
      if (!(rest.A * start > 0) || !(rest.B > 0)) continue;
      const int code = nearest_code(problem.levels, problem.x[i] * rest.B / rest.A);
      if (code == scratch.codes[i]) continue;
      ++tried;
      const double level = problem.levels.value[code];
      const Moments next{rest.A + w * problem.x[i] * level, rest.B + w * level * level};
      if (next.A * next.A * sums.B > sums.A * sums.A * next.B) {
        scratch.codes[i] = code;
        sums = next;
        changed = true;
        note(scratch, sums.A / sums.B);
      }
    }
    if (!changed) break;
  }
  return stored(problem, sums.B > 0 ? sums.A / sums.B : 0, tried);
}

ScaleChoice shrink(const BlockProblem& problem, ScaleScratch& scratch) {
  const double full = std::fabs(signed_maximum(problem) / short_end(problem.levels));
  if (full == 0) return {0, 0};
  double best_scale = 0, best_error = std::numeric_limits<double>::infinity();
  uint32_t tried = 0;
  for (int step = 0; step < 80; ++step) {
    const double scale = full * (1 - step / 100.0);
    note(scratch, scale);
    double error = 0;
    for (size_t i = 0; i < problem.n && error < best_error; ++i) {
      const double off =
          problem.x[i] - scale * problem.levels.value[nearest_code(problem.levels, problem.x[i] / scale)];
      const double square = off * off;
      error += weight_of(problem, i) * square * fifth_root(square);
    }
    ++tried;
    if (error < best_error) {
      best_error = error;
      best_scale = scale;
    }
  }
  return stored(problem, best_scale, tried);
}

ScaleChoice least_squares(const BlockProblem& problem, ScaleScratch& scratch) {
  double scale = signed_maximum(problem) / long_end(problem.levels);
  if (scale == 0) return {0, 0};
  uint32_t tried = 0;
  // The error never rises and there are finitely many choices of codes, so this ends; 100 is far beyond what it takes.
  while (tried < 100) {
    note(scratch, scale);
    ++tried;
    const Moments moments = moments_at(problem, scale);
    if (!(moments.B > 0) || moments.A == 0) break;
    const double next = moments.A / moments.B;
    if (next == scale) break;
    scale = next;
  }
  return stored(problem, scale, tried);
}

ScaleChoice exact(const BlockProblem& problem, ScaleScratch& scratch) {
  scratch.sweep.walk(problem.x, problem.importance, problem.n, problem.levels);
  const ScaleOptimum optimum = scratch.sweep.optimum(problem.storage);
  note(scratch, optimum.scale);
  return {static_cast<float>(optimum.scale), optimum.tried};
}

constexpr ScaleMethod methods[scale_method_count] = {
    {"max7", "The largest magnitude lands on the shorter end of the range (7 of -8..7): the original rule.", max7},
    {"signed-max", "The weight of largest magnitude lands, with its sign, on the longer end (-8).", signed_max},
    {"table8", "The best of eight fixed divisors of the largest weight, found by analysing trained weights.", table8},
    {"grid", "19 scales around the signed maximum, each followed by a least-squares fit.", grid},
    {"descent", "Starts at the signed maximum and changes one code at a time while the error falls.", descent},
    {"shrink-l2.4", "80 ranges from 100 % down to 21 % of the maximum, judged by |error|^2.4.", shrink},
    {"lsq", "Rounds and fits the scale by least squares in turn until nothing changes.", least_squares},
    {exact_method, "The proven minimum of the squared error over every scale that can be stored.", exact},
};

}  // namespace

std::span<const ScaleMethod> all_scale_methods() { return methods; }

const ScaleMethod* find_scale_method(std::string_view name) {
  for (const ScaleMethod& method : methods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

int nearest_code(Levels levels, double y) {
  int low = 0, high = levels.count - 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (y >= (static_cast<double>(levels.value[middle]) + levels.value[middle + 1]) / 2) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

double block_error(const BlockProblem& problem, double scale) {
  double error = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    const double decoded =
        scale == 0 ? 0 : scale * problem.levels.value[nearest_code(problem.levels, problem.x[i] / scale)];
    const double off = problem.x[i] - decoded;
    error += weight_of(problem, i) * off * off;
  }
  return error;
}

}  // namespace nibble
