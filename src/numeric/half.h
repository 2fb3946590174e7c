#pragma once
#include <cmath>
#include <cstdint>

#include "numeric/bits.h"

/// Half precision (IEEE binary16) and bfloat16, exact in both directions.
namespace nibble {

/// Nearest binary16, ties to even. Subnormals are produced; |x| >= 65520 gives infinity; the sign of zero is kept; any
/// NaN becomes sign | 0x7E00. Branch-free form: scaling by 2^112 and 2^-110 makes overflow saturate, and adding a
/// power of two aligned with the exponent lets the float adder do the rounding.
inline uint16_t f16_from_f32(float x) {
  const uint32_t bits = bit_cast<uint32_t>(x);
  const uint32_t twice = bits + bits;  // the sign is shifted out
  const uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  if (twice > 0xFF000000u) return static_cast<uint16_t>(sign | 0x7E00u);
  const float base = (std::fabs(x) * 0x1.0p+112f) * 0x1.0p-110f;
  uint32_t bias = twice & 0xFF000000u;
  if (bias < 0x71000000u) bias = 0x71000000u;
  const uint32_t rounded = bit_cast<uint32_t>(bit_cast<float>((bias >> 1) + 0x07800000u) + base);
  return static_cast<uint16_t>(sign | (((rounded >> 13) & 0x7C00u) + (rounded & 0x0FFFu)));
}

/// The value of a binary16, exactly. The sign is kept; NaN stays NaN.
inline float f32_from_f16(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7FFFu;
  if (magnitude >= 0x7C00u) {
    const uint32_t quiet = magnitude > 0x7C00u ? 0x00400000u : 0u;
    return bit_cast<float>(sign | 0x7F800000u | quiet | ((magnitude & 0x3FFu) << 13));
  }
  // Subnormal halves by their integer: no subnormal float is touched, which some processors take a hundred cycles for.
  if (magnitude < 0x400u) return bit_cast<float>(sign | bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1.0p-24f));
  return bit_cast<float>(sign | ((magnitude << 13) + (112u << 23)));
}

/// Nearest bfloat16, ties to even; subnormals are kept; NaN stays a (quiet) NaN.
inline uint16_t bf16_from_f32(float x) {
  const uint32_t bits = bit_cast<uint32_t>(x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<uint16_t>((bits >> 16) | 64u);
  return static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

/// The value of a bfloat16, exactly.
inline float f32_from_bf16(uint16_t bf16) { return bit_cast<float>(static_cast<uint32_t>(bf16) << 16); }

inline bool f16_is_finite(uint16_t half) { return (half & 0x7C00u) != 0x7C00u; }
inline bool bf16_is_finite(uint16_t bf16) { return (bf16 & 0x7F80u) != 0x7F80u; }

}  // namespace nibble
