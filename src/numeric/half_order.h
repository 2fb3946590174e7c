#pragma once
#include <algorithm>

#include "numeric/half.h"

/// Half floats counted in order of their value: 0 is zero, 1 the smallest positive one, -1 the largest negative one.
namespace nibble {

constexpr int last_half = 0x7BFF;  ///< 65504

inline double half_at(int order) {
  const int place = std::clamp(order, -last_half, last_half);
  return f32_from_f16(static_cast<uint16_t>(place < 0 ? 0x8000 - place : place));
}

/// The place of the half float nearest to v.
inline int half_nearest(double v) {
  const uint16_t bits = f16_from_f32(static_cast<float>(std::clamp(v, -65504.0, 65504.0)));
  return bits & 0x8000 ? -(bits & 0x7FFF) : bits;
}

/// The place of the largest half float not above v, and of the smallest not below; the ends of the range beyond it.
inline int half_below(double v) {
  const int place = half_nearest(v);
  return half_at(place) > v && place > -last_half ? place - 1 : place;
}
inline int half_above(double v) {
  const int place = half_nearest(v);
  return half_at(place) < v && place < last_half ? place + 1 : place;
}

}  // namespace nibble
