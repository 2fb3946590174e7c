#pragma once
#include "numeric/lanes.h"
#include "search/llama_cpp_symmetric.h"

/// llama.cpp's search for grids from zero up: value = scale * level, levels 0..N. It quantizes the scales and minima of
/// sub-blocks. V is float or a vector of independent problems (numeric/lanes.h).
namespace nibble::NIBBLE_TARGET::llama_cpp_search {

/// Eight inverse scales around N / max beside N / max itself, then up to five rounds of moving single levels as in
/// fit_symmetric_refined. Returns the scale and writes the levels.
///
/// Levels have no lower bound: a negative x gives a negative level, which enters sums as it is but is kept, read back
/// and returned as the byte 256 + level. The reference stores bytes, and its results depend on it.
template <int n, int N, class V>
inline V fit_nonnegative(const V* x, const V* q, V* levels) {
  const V zero(0.0f);
  V max = zero;
  for (int i = 0; i < n; ++i) max = higher_of(x[i], max);

  V inverse = V(static_cast<float>(N)) / max, best = zero;
  const V start = V(1.0f) / inverse;
  for (int i = 0; i < n; ++i) {
    const V difference = x[i] - start * low_byte(nearest_level(inverse * x[i], lowest_level, highest_level));
    best += q[i] * difference * difference;
  }
  for (int k = -4; k <= 4; ++k) {
    if (k == 0) continue;
    const V candidate = V(0.1f * static_cast<float>(k) + static_cast<float>(N)) / max;
    const V step = V(1.0f) / candidate;
    V error = zero;
    for (int i = 0; i < n; ++i) {
      const V difference = x[i] - step * nearest_level(candidate * x[i], lowest_level, N);
      error += q[i] * difference * difference;
    }
    const auto better = error < best;
    best = select(better, error, best);
    inverse = select(better, candidate, inverse);
  }

  V sumlx = zero, suml2 = zero;
  for (int i = 0; i < n; ++i) {
    const V level = nearest_level(inverse * x[i], lowest_level, N);
    levels[i] = low_byte(level);
    sumlx += q[i] * x[i] * level;
    suml2 += q[i] * level * level;
  }
  bool moved = true;
  for (int round = 0; round < 5 && moved; ++round) {
    moved = false;
    for (int i = 0; i < n; ++i) {
      const V slx = sumlx - q[i] * x[i] * levels[i];
      const V sl2 = suml2 - q[i] * levels[i] * levels[i];
      const V level = nearest_level(x[i] * sl2 / slx, lowest_level, N);
      const auto candidate = both(both(slx > zero, sl2 > zero), level != levels[i]);
      if (!any(candidate)) continue;
      const V new_slx = slx + q[i] * x[i] * level;
      const V new_sl2 = sl2 + q[i] * level * level;
      const auto better = both(candidate, new_slx * new_slx * suml2 > sumlx * sumlx * new_sl2);
      if (!any(better)) continue;
      levels[i] = select(better, low_byte(level), levels[i]);
      sumlx = select(better, new_slx, sumlx);
      suml2 = select(better, new_sl2, suml2);
      moved = true;
    }
  }
  const auto empty = max < V(tiny);
  for (int i = 0; i < n; ++i) levels[i] = select(empty, zero, levels[i]);
  return select(empty, zero, select(suml2 > zero, sumlx / suml2, zero));
}

}  // namespace nibble::NIBBLE_TARGET::llama_cpp_search
