#pragma once
#include <limits>

#include "numeric/lanes.h"

/// llama.cpp's scale searches for grids around zero: value = scale * (level - N), levels 0..2N-1.
/// V is float or a vector of independent blocks (numeric/lanes.h); arrays hold weight i of every lane at [i].
namespace nibble::llama_cpp_search {

/// Blocks whose largest magnitude is below this count as empty.
constexpr float tiny = 1e-15f;

/// The largest magnitude and the value it belongs to, with its sign; the first of equals.
template <class V>
struct Extreme {
  V magnitude, value;
};

template <int n, class V>
inline Extreme<V> extreme_of(const V* x) {
  Extreme<V> found{V(0.0f), V(0.0f)};
  for (int i = 0; i < n; ++i) {
    const V magnitude = absolute(x[i]);
    const auto larger = magnitude > found.magnitude;
    found.magnitude = select(larger, magnitude, found.magnitude);
    found.value = select(larger, x[i], found.value);
  }
  return found;
}

/// The search itself; `level_of` rounds and clamps to -N..N-1.
template <int n, int N, class V, class Mask, class LevelOf>
inline V search_symmetric(const V* x, const V* w, const V* wx, V extreme, Mask empty, V* levels, LevelOf level_of) {
  V scale(0.0f), best(0.0f), best_inverse(0.0f);
  for (int step = 0; step < 19; ++step) {
    // 0 (the start), then -9..-1, 1..9
    const int k = step == 0 ? 0 : step <= 9 ? step - 10 : step - 9;
    const V inverse = V(-(N + 0.1f * static_cast<float>(k))) / extreme;
    V sumlx(0.0f), suml2(0.0f);
    for (int i = 0; i < n; ++i) {
      const V level = level_of(inverse * x[i]);
      sumlx += wx[i] * level;
      suml2 += w[i] * level * level;
    }
    if (step == 0) {
      scale = select(suml2 != V(0.0f), sumlx / suml2, V(0.0f));
      best = scale * sumlx;
      best_inverse = inverse;
      continue;
    }
    const auto better = both(suml2 > V(0.0f), sumlx * sumlx > best * suml2);
    if (!any(better)) continue;
    const V fitted = sumlx / suml2;
    scale = select(better, fitted, scale);
    best = select(better, fitted * sumlx, best);
    best_inverse = select(better, inverse, best_inverse);
  }
  for (int i = 0; i < n; ++i) {
    levels[i] = select(empty, V(0.0f), level_of(best_inverse * x[i]) + V(static_cast<float>(N)));
  }
  return select(empty, V(0.0f), scale);
}

/// Nineteen inverse scales around -N / (the extreme value), each followed by the least-squares scale of its levels; the
/// best weighted fit wins, the first of equals. Returns the scale and writes levels 0..2N-1. A tiny block gets scale 0
/// and levels 0, which is the grid's lowest step and not its zero: the reference does the same.
/// `w` holds the weights of the squared errors (x * x when there is no importance).
template <int n, int N, class V>
inline V fit_symmetric(const V* x, const V* w, V* levels) {
  const auto [amax, extreme] = extreme_of<n>(x);
  const auto empty = amax < V(tiny);
  V wx[n];
  bool finite = true;
  for (int i = 0; i < n; ++i) {
    wx[i] = w[i] * x[i];
    finite = finite & all(absolute(x[i]) <= V(std::numeric_limits<float>::max()));
  }
  // Finite x stay within N + 1 steps, where rounding is cheap. (The divisor of an empty block does not matter.)
  const V divisor = select(empty, V(1.0f), extreme);
  return finite
             ? search_symmetric<n, N>(x, w, wx, divisor, empty, levels, [](V v) { return small_level(v, -N, N - 1); })
             : search_symmetric<n, N>(x, w, wx, divisor, empty, levels,
                                      [](V v) { return nearest_level(v, -N, N - 1); });
}

/// The same grid with one starting scale and up to five rounds of moving single weights to the level that the
/// least-squares scale of the others asks for, whenever that raises the fit. Weights of the errors are x * x.
template <int n, int N, class V>
inline V fit_symmetric_refined(const V* x, V* levels) {
  const V zero(0.0f);
  const auto [amax, extreme] = extreme_of<n>(x);
  const V inverse = V(static_cast<float>(-N)) / extreme;
  V w[n], wx[n];
  V sumlx = zero, suml2 = zero;
  for (int i = 0; i < n; ++i) {
    w[i] = x[i] * x[i];
    wx[i] = w[i] * x[i];
    levels[i] = nearest_level(inverse * x[i], -N, N - 1);
    sumlx += wx[i] * levels[i];
    suml2 += w[i] * levels[i] * levels[i];
  }
  // A lane whose round moved nothing repeats that round unchanged, so lanes need not stop by themselves.
  bool moved = true;
  for (int round = 0; round < 5 && moved; ++round) {
    moved = false;
    for (int i = 0; i < n; ++i) {
      const V slx = sumlx - wx[i] * levels[i];
      const V sl2 = suml2 - w[i] * levels[i] * levels[i];
      const V level = nearest_level(x[i] * sl2 / slx, -N, N - 1);
      const auto candidate = both(slx > zero, level != levels[i]);
      if (!any(candidate)) continue;
      const V new_slx = slx + wx[i] * level;
      const V new_sl2 = sl2 + w[i] * level * level;
      const auto better = both(candidate, both(new_sl2 > zero, new_slx * new_slx * suml2 > sumlx * sumlx * new_sl2));
      if (!any(better)) continue;
      levels[i] = select(better, level, levels[i]);
      sumlx = select(better, new_slx, sumlx);
      suml2 = select(better, new_sl2, suml2);
      moved = true;
    }
  }
  const auto empty = amax < V(tiny);
  for (int i = 0; i < n; ++i) levels[i] = select(empty, zero, levels[i] + V(static_cast<float>(N)));
  return select(both(amax >= V(tiny), suml2 > zero), sumlx / suml2, zero);
}

}  // namespace nibble::llama_cpp_search
