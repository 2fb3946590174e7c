#pragma once
#include "numeric/lanes.h"

/// llama.cpp's search for grids with a minimum: value = scale * level - minimum, levels 0..N, minimum >= 0.
/// V is float or a vector of independent blocks (numeric/lanes.h); arrays hold weight i of every lane at [i].
namespace nibble::NIBBLE_TARGET::llama_cpp_search {

template <class V>
struct AffineFit {
  V scale, minimum;
};

/// The inverse scales tried: (first + step * k + N) / range for k = 0..count, beside the plain N / range.
struct AffineGrid {
  float first, step;
  int count;
};
constexpr AffineGrid weighted_affine_grid{-0.9f, 0.05f, 36};

/// Which error decides: the weighted sum of squares or of magnitudes.
enum class Deviation { squared, absolute };

/// Searches scale and minimum: each candidate inverse scale gives levels, the levels give the least-squares scale and
/// minimum, the smallest weighted error wins. An accepted candidate's minimum replaces the lower end of the range, so
/// later candidates depend on it. A block of equal values gets scale 0 and levels 0.
template <int n, int N, Deviation deviation, class V>
inline AffineFit<V> fit_affine(const V* x, const V* w, const AffineGrid& grid, V* levels) {
  const V zero(0.0f);
  const auto error_of = [&](V difference) {
    return deviation == Deviation::absolute ? absolute(difference) : difference * difference;
  };

  V low = x[0], high = x[0], sum_w = w[0], sum_x = sum_w * x[0];
  for (int i = 1; i < n; ++i) {
    low = lower_of(low, x[i]);
    high = higher_of(high, x[i]);
    sum_w += w[i];
    sum_x += w[i] * x[i];
  }
  const V lowest = low;
  low = select(low > zero, zero, low);
  const auto flat = high == low;
  const V flat_minimum = -low;

  V inverse = V(static_cast<float>(N)) / (high - low);
  V scale = V(1.0f) / inverse, best_error = zero;
  // The levels kept are those of best_inverse and best_low, recomputed at the end.
  V best_inverse = inverse, best_low = low;
  for (int i = 0; i < n; ++i) {
    const V level = nearest_level(inverse * (x[i] - low), 0, N);
    best_error += w[i] * error_of(scale * level + low - x[i]);
  }

  for (int k = 0; k <= grid.count; ++k) {
    inverse = V(grid.first + grid.step * static_cast<float>(k) + static_cast<float>(N)) / (high - low);
    V sum_l = zero, sum_l2 = zero, sum_xl = zero;
    const auto take = [&](auto level_of) {
      for (int i = 0; i < n; ++i) {
        const V level = level_of(inverse * (x[i] - low));
        levels[i] = level;
        const V wl = w[i] * level;
        sum_l += wl;
        sum_l2 += wl * level;
        sum_xl += wl * x[i];
      }
    };
    // All x lie between lowest and high, and rounding keeps order: where these two need no clamping, none does. (The
    // inverse is negative when an accepted minimum lies above high; `first` is then the larger one.)
    const V first = inverse * (lowest - low), last = inverse * (high - low);
    if (all(both(both(first >= V(-0.5f), first <= last), last < V(N + 0.5f)))) {
      take([](V v) { return small_level(v); });
    } else {
      take([](V v) { return nearest_level(v, 0, N); });
    }
    const V determinant = sum_w * sum_l2 - sum_l * sum_l;
    const auto solvable = determinant > zero;
    if (!any(solvable)) continue;
    V fitted_scale = (sum_w * sum_xl - sum_x * sum_l) / determinant;
    V fitted_low = (sum_l2 * sum_x - sum_l * sum_xl) / determinant;
    const auto positive = fitted_low > zero;
    if (any(positive)) {
      fitted_scale = select(positive, sum_xl / sum_l2, fitted_scale);
      fitted_low = select(positive, zero, fitted_low);
    }
    V error = zero;
    for (int i = 0; i < n; ++i) error += w[i] * error_of(fitted_scale * levels[i] + fitted_low - x[i]);
    const auto better = both(solvable, error < best_error);
    if (!any(better)) continue;
    best_error = select(better, error, best_error);
    best_inverse = select(better, inverse, best_inverse);
    best_low = select(better, low, best_low);
    scale = select(better, fitted_scale, scale);
    low = select(better, fitted_low, low);
  }

  for (int i = 0; i < n; ++i) {
    levels[i] = select(flat, zero, nearest_level(best_inverse * (x[i] - best_low), 0, N));
  }
  return {select(flat, zero, scale), select(flat, flat_minimum, -low)};
}

}  // namespace nibble::NIBBLE_TARGET::llama_cpp_search
