#pragma once
#include "formats/format.h"
#include "numeric/half.h"

namespace nibble {

/// Q5_1: 32 weights in 24 bytes, 6 bits a weight.
///
///   byte   0  1  2  3  4    7  8               23
///         [ d:f16 | m:f16 | high | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// Bit j of `high` (a little-endian u32) is the fifth bit of the code of weight j.
/// weight = code * d + m (two roundings), codes 0..31; m is the smallest weight of the block.
/// Example: d = 0.5, m = -1, high = 0x00000001, first byte 0x82: weight 0 = 18 * 0.5 - 1 = 8, weight 16 = 8 * 0.5 - 1
/// = 3.
struct Q5_1 {
  static constexpr Type type = Type::q5_1;
  static constexpr std::string_view name = "q5_1";
  static constexpr std::string_view summary = "5-bit steps from a minimum, one scale and one minimum per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 24, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    const float m = f32_from_f16(load<uint16_t>(block + 2));
    const uint32_t high = load<uint32_t>(block + 4);
    for (int j = 0; j < 16; ++j) {
      const int low = (block[8 + j] & 15) | static_cast<int>(high >> j & 1) << 4;
      const int upper = (block[8 + j] >> 4) | static_cast<int>(high >> (j + 16) & 1) << 4;
      values[j] = static_cast<float>(low) * d + m;
      values[j + 16] = static_cast<float>(upper) * d + m;
    }
  }

  /// Packs a stored scale, a stored minimum and 32 codes, of which the low five bits are kept.
  static void encode(uint16_t d, uint16_t m, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    store(block + 2, m);
    uint32_t high = 0;
    for (int j = 0; j < 32; ++j) high |= static_cast<uint32_t>(codes[j] >> 4 & 1) << j;
    store(block + 4, high);
    for (int j = 0; j < 16; ++j) block[8 + j] = static_cast<uint8_t>((codes[j] & 15) | (codes[j + 16] & 15) << 4);
  }

  static bool valid(const uint8_t* block) {
    return f16_is_finite(load<uint16_t>(block)) && f16_is_finite(load<uint16_t>(block + 2));
  }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block));
    const float m = f32_from_f16(load<uint16_t>(block + 2));
    *low = (d > 0 ? -0.5f : 31.5f) * d + m;
    *high = (d > 0 ? 31.5f : -0.5f) * d + m;
  }
};

}  // namespace nibble
