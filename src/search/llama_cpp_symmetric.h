#pragma once
#include <limits>

#include "numeric/lanes.h"

/// llama.cpp's scale searches for grids around zero: value = scale * (level - N), levels 0..2N-1.
/// V is float or a vector of independent blocks (numeric/lanes.h); arrays hold weight i of every lane at [i].
namespace nibble::NIBBLE_TARGET::llama_cpp_search {

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

/// A candidate of the search and what its levels sum up to.
template <class V>
struct SymmetricCandidate {
  V inverse, sumlx, suml2;
};

/// The sums of `count` candidates at once: those of one are a long chain of additions that the machine waits for.
template <int n, int count, class V, class LevelOf>
inline void sum_levels(const V* x, const V* w, const V* wx, SymmetricCandidate<V>* candidates, LevelOf level_of) {
  V inverse[count], sumlx[count], suml2[count];
  for (int c = 0; c < count; ++c) {
    inverse[c] = candidates[c].inverse;
    sumlx[c] = suml2[c] = V(0.0f);
  }
  for (int i = 0; i < n; ++i) {
    for (int c = 0; c < count; ++c) {
      const V level = level_of(inverse[c] * x[i]);
      sumlx[c] += wx[i] * level;
      suml2[c] += w[i] * level * level;
    }
  }
  for (int c = 0; c < count; ++c) {
    candidates[c].sumlx = sumlx[c];
    candidates[c].suml2 = suml2[c];
  }
}

/// The search itself; `finite` if no x is infinite or NaN.
template <int n, int N, bool finite, class V, class Mask>
inline V search_symmetric(const V* x, const V* w, V extreme, Mask empty, V* levels) {
  const V zero(0.0f);
  V wx[n], lowest = zero, highest = zero;
  for (int i = 0; i < n; ++i) {
    wx[i] = w[i] * x[i];
    lowest = lower_of(lowest, x[i]);
    highest = higher_of(highest, x[i]);
  }
  const V opposite = select(extreme > zero, lowest, highest);
  // The start has k = 0; then come -9..-1 and 1..9.
  constexpr int together = 3, count = 19;
  constexpr auto offset = [](int step) { return step == 0 ? 0 : step <= 9 ? step - 10 : step - 9; };
  SymmetricCandidate<V> candidates[count];
  for (int step = 0; step < count; ++step) {
    candidates[step].inverse = V(-(N + 0.1f * static_cast<float>(offset(step)))) / extreme;
  }
  const auto take = [&](auto level_of, int step) {
    if (step == 0) {
      sum_levels<n, 1>(x, w, wx, candidates, level_of);
    } else {
      sum_levels<n, together>(x, w, wx, candidates + step, level_of);
    }
  };
  for (int step = 0; step < count; step += step == 0 ? 1 : together) {
    const int last = step == 0 ? 0 : step + together - 1;
    // Rounding keeps order: where the weights at the two ends need no clamping, none does.
    if constexpr (!finite) {
      take([](V v) { return nearest_level(v, -N, N - 1); }, step);
    } else if (offset(last) < 5 && all(candidates[last].inverse * opposite < V(N - 0.5f))) {
      take([](V v) { return small_level(v); }, step);
    } else {
      take([](V v) { return small_level(v, -N, N - 1); }, step);
    }
  }
  V scale = select(candidates[0].suml2 != zero, candidates[0].sumlx / candidates[0].suml2, zero);
  V best = scale * candidates[0].sumlx, best_inverse = candidates[0].inverse;
  for (int step = 1; step < count; ++step) {
    const auto& [inverse, sumlx, suml2] = candidates[step];
    const auto better = both(suml2 > zero, sumlx * sumlx > best * suml2);
    const V fitted = sumlx / suml2;
    scale = select(better, fitted, scale);
    best = select(better, fitted * sumlx, best);
    best_inverse = select(better, inverse, best_inverse);
  }
  for (int i = 0; i < n; ++i) {
    const V v = best_inverse * x[i];
    const V level = finite ? small_level(v, -N, N - 1) : nearest_level(v, -N, N - 1);
    levels[i] = select(empty, zero, level + V(static_cast<float>(N)));
  }
  return select(empty, zero, scale);
}

/// Nineteen inverse scales around -N / (the extreme value), each followed by the least-squares scale of its levels; the
/// best weighted fit wins, the first of equals. Returns the scale and writes levels 0..2N-1. A tiny block gets scale 0
/// and levels 0, which is the grid's lowest step and not its zero: the reference does the same.
/// `w` holds the weights of the squared errors (x * x when there is no importance).
template <int n, int N, class V>
inline V fit_symmetric(const V* x, const V* w, V* levels) {
  const auto [amax, extreme] = extreme_of<n>(x);
  const auto empty = amax < V(tiny);
  bool finite = true;
  for (int i = 0; i < n; ++i) finite = finite & all(absolute(x[i]) <= V(std::numeric_limits<float>::max()));
  // Finite x stay within N + 1 steps, where rounding is cheap. (The divisor of an empty block does not matter.)
  const V divisor = select(empty, V(1.0f), extreme);
  return finite ? search_symmetric<n, N, true>(x, w, divisor, empty, levels)
                : search_symmetric<n, N, false>(x, w, divisor, empty, levels);
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

}  // namespace nibble::NIBBLE_TARGET::llama_cpp_search
