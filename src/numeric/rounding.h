#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "numeric/bits.h"

/// The rounding rules of the reference quantizers. Each block format names the one it uses; they differ on ties.
namespace nibble {

/// Nearest integer, ties to even, for |v| <= 4194303. Beyond that the reference's bit formula gives some other integer,
/// and so does this. Adding 1.5 * 2^23 leaves the integer in the low mantissa bits.
inline int nearest_int(float v) {
  return static_cast<int>(bit_cast<uint32_t>(v + 12582912.0f) & 0x007FFFFFu) - 0x00400000;
}

/// Truncation toward zero as x86-64 converts float to int and keeps the low byte: out of range and NaN give 0.
inline int8_t truncate_to_i8(float v) {
  if (!(v > -2147483649.0f && v < 2147483648.0f)) return 0;
  return static_cast<int8_t>(static_cast<uint32_t>(static_cast<int32_t>(v)) & 0xFFu);
}
inline uint8_t truncate_to_u8(float v) { return static_cast<uint8_t>(truncate_to_i8(v)); }

/// Nearest integer, ties away from zero, then the low byte; out of range and NaN give 0, as x86-64 does.
inline int8_t round_away_to_i8(float v) { return truncate_to_i8(std::round(v)); }

inline int clamp(int value, int low, int high) { return std::max(low, std::min(high, value)); }

}  // namespace nibble
