#pragma once
#include "formats/format.h"
#include "numeric/half.h"

namespace nibble {

/// Q4_1: 32 weights in 20 bytes, 5 bits a weight.
///
///   byte   0  1  2  3  4               19
///         [ d:f16 | m:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = code * d + m (two roundings), codes 0..15; m is the smallest weight of the block.
/// Example: d = 0.5, m = -1, first byte 0x52: weight 0 = 2 * 0.5 - 1 = 0, weight 16 = 5 * 0.5 - 1 = 1.5.
struct Q4_1 {
  static constexpr Type type = Type::q4_1;
  static constexpr std::string_view name = "q4_1";
  static constexpr std::string_view summary = "4-bit steps from a minimum, one scale and one minimum per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 20, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    const float m = f32_from_f16(load<uint16_t>(block + 2));
    for (int j = 0; j < 16; ++j) {
      const int code = block[4 + j];
      values[j] = static_cast<float>(code & 15) * d + m;
      values[j + 16] = static_cast<float>(code >> 4) * d + m;
    }
  }

  /// Packs a stored scale, a stored minimum and 32 codes (0..15).
  static void encode(uint16_t d, uint16_t m, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    store(block + 2, m);
    for (int j = 0; j < 16; ++j) block[4 + j] = static_cast<uint8_t>(codes[j] | codes[j + 16] << 4);
  }

  static bool valid(const uint8_t* block) {
    return f16_is_finite(load<uint16_t>(block)) && f16_is_finite(load<uint16_t>(block + 2));
  }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block));
    const float m = f32_from_f16(load<uint16_t>(block + 2));
    *low = (d > 0 ? -0.5f : 15.5f) * d + m;
    *high = (d > 0 ? 15.5f : -0.5f) * d + m;
  }
};

}  // namespace nibble
