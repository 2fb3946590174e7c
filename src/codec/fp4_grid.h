#pragma once
#include "numeric/lanes.h"
#include "numeric/value_tables.h"

/// Rounding to the grid of MXFP4 and NVFP4: fp4_values times a scale d. V is float or Float4: the same codes.
namespace nibble::NIBBLE_TARGET::fp4 {

/// The code 0..7 whose value times d is nearest to the magnitude, the lowest of equals: the reference's scan.
template <class V>
inline V scanned_level(V magnitude, V d) {
  V best = magnitude, level(0.0f);
  for (int code = 1; code < 8; ++code) {
    const V distance = absolute(V(static_cast<float>(fp4_values[code])) * d - magnitude);
    const auto nearer = distance < best;
    best = select(nearer, distance, best);
    level = select(nearer, V(static_cast<float>(code)), level);
  }
  return level;
}

/// The same by counting the midpoints below the magnitude. Values, midpoints and, next to a midpoint, distances are
/// exact; elsewhere rounding keeps the order of distances, strictly so while no value overflows and the magnitude is
/// not so many steps away that a step vanishes in rounding.
template <class V>
inline V counted_level(V magnitude, V d) {
  V level(0.0f);
  for (int code = 0; code < 7; ++code) {
    const V midpoint = V(0.5f * static_cast<float>(fp4_values[code] + fp4_values[code + 1])) * d;
    level += select(magnitude > midpoint, V(1.0f), V(0.0f));
  }
  return level;
}

/// The codes of n weights on the grid of d >= 0. The reference scans all sixteen values. Those of the other sign than x
/// are never nearer than zero, which comes first, and the distances of -v to -x and of v to x are the same floats: the
/// magnitude decides, and the sign is added.
template <int n, class V>
inline void round_to_grid(const float* x, float d, float largest, uint8_t* codes) {
  const bool within_reach = largest <= 0x1p20f * d && d <= 0x1p124f;
  V levels[n / lane_count<V>];
  for (int i = 0; i < n / lane_count<V>; ++i) {
    const V v = load_run<V>(x + i * lane_count<V>), magnitude = absolute(v);
    const V level = within_reach ? counted_level(magnitude, V(d)) : scanned_level(magnitude, V(d));
    levels[i] = level + select(both(v<V(0.0f), level> V(0.0f)), V(8.0f), V(0.0f));
  }
  store_level_run<n>(levels, codes);
}

}  // namespace nibble::NIBBLE_TARGET::fp4
