#pragma once
#include <cstdint>

#include "formats/format.h"
#include "formats/iq_codebooks.h"
#include "numeric/half.h"

/// What the codebook formats (IQ2, IQ3, IQ1) have in common: a super-block of 256 weights, one half-precision scale d,
/// a few bits of scale per sub-block, and groups of 8 or 4 weights coded as a position in a codebook.
namespace nibble {

/// The fields of one super-block, unpacked: what a quantizer hands to a format's encode().
struct IqCodes {
  uint16_t index[64];  ///< per group: position in the codebook
  uint8_t
      signs[32];  ///< IQ2, IQ3: per 8 weights, bit j set when weight j is negative. IQ1: 1 when the shift is negative
  uint8_t scale[16];  ///< per sub-block: scale code
};

namespace iq {

constexpr float values_2bit[3] = {8, 25, 43};
constexpr float values_iq3_xxs[8] = {4, 12, 20, 28, 36, 44, 52, 62};
constexpr float values_iq3_s[8] = {1, 3, 5, 7, 9, 11, 13, 15};
constexpr float values_iq1[3] = {-1, 0, 1};
/// The amount by which IQ1 shifts all levels of a group, up or down.
constexpr float iq1_shift = 0.125f;

/// Eight signs stored in 7 bits: an even number of them is negative, so bit 7 is the parity of the rest.
inline uint8_t signs_from_7_bits(uint32_t code) {
  uint32_t parity = code ^ code >> 4;
  parity = 0x6996u >> (parity & 15) & 1;
  return static_cast<uint8_t>(code | parity << 7);
}

/// Writes the values of a codebook point of `count` levels of `bits` bits: scale * values[level], negative where the
/// sign bit is set.
template <int count, int bits>
inline void decode_point(uint32_t point, const float* values, float scale, uint32_t signs, float* to) {
  for (int i = 0; i < count; ++i) {
    const float v = scale * values[point >> (bits * i) & ((1u << bits) - 1)];
    to[i] = signs >> i & 1 ? -v : v;
  }
}

/// The same for a group of IQ1: levels 0, 1, 2 stand for -1, 0, 1, moved by the shift.
inline void decode_point_iq1(uint32_t point, float scale, float shift, float* to) {
  for (int i = 0; i < 8; ++i) to[i] = scale * (static_cast<float>(point >> (2 * i) & 3) - 1.0f + shift);
}

/// The interval from `from` to `to`, whichever of them is smaller (d of a file may be negative).
inline void ordered_range(float from, float to, float* low, float* high) {
  *low = from < to ? from : to;
  *high = from < to ? to : from;
}

}  // namespace iq
}  // namespace nibble
