#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

/// Number conversions by arithmetic on values, with no bit tricks beyond reading a float's bits.
namespace nibble::reference {

inline uint32_t bits_of(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}

/// Nearest binary16, ties to even: the value is measured in units of the spacing of halves around it.
inline uint16_t half_from_float(float x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  if (std::isnan(x)) return static_cast<uint16_t>(sign | 0x7E00);
  const double magnitude = std::fabs(static_cast<double>(x));
  if (magnitude >= 65520.0) return static_cast<uint16_t>(sign | 0x7C00);
  const int exponent = magnitude < 0x1p-14 ? -14 : std::ilogb(magnitude);
  const double steps = std::nearbyint(std::ldexp(magnitude, 10 - exponent));  // the default rounding is ties-to-even
  // Subnormals count from 0; each exponent above -14 adds 1024. A carry into the next exponent adds up by itself.
  return static_cast<uint16_t>(sign + (exponent + 14) * 1024 + static_cast<int>(steps));
}

inline float float_from_half(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31) {
    value = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  }
  return static_cast<float>(half & 0x8000 ? -value : value);
}

/// Nearest bfloat16, ties to even: the nearer of the two neighbours that keep 8 significant bits.
inline uint16_t bfloat_from_float(float x) {
  const uint32_t bits = bits_of(x);
  if (std::isnan(x)) return static_cast<uint16_t>(bits >> 16 | 64);
  const uint32_t below = bits >> 16, rest = bits & 0xFFFF;
  const bool up = rest > 0x8000 || (rest == 0x8000 && below % 2 == 1);
  return static_cast<uint16_t>(below + (up ? 1 : 0));
}

inline float float_from_bfloat(uint16_t bfloat) {
  const uint32_t bits = static_cast<uint32_t>(bfloat) << 16;
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

inline uint16_t read16(const uint8_t* at) { return static_cast<uint16_t>(at[0] | at[1] << 8); }
inline void write16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value & 255);
  at[1] = static_cast<uint8_t>(value >> 8);
}

/// Nearest integer, ties to even; outside +-4194303, and for NaN, what the sum's fraction bits happen to say.
inline int nearest(float v) {
  if (std::fabs(v) <= 4194303.0f) return static_cast<int>(std::nearbyint(v));
  const float sum = v + 12582912.0f;
  return static_cast<int>(bits_of(sum) & 0x7FFFFF) - 0x400000;
}

/// Conversion of an x86-64 compiler from float to a byte: through a 32-bit integer, which is 0x80000000 when out of
/// range, keeping the low byte.
inline uint8_t low_byte_of_truncated(float v) {
  const double wide = v;
  if (!(wide > -2147483649.0 && wide < 2147483648.0)) return 0;
  return static_cast<uint8_t>(static_cast<int64_t>(wide) & 255);
}

inline int clamp(int v, int low, int high) { return v < low ? low : v > high ? high : v; }

}  // namespace nibble::reference
