#pragma once
#include "formats/format.h"
#include "numeric/half.h"

namespace nibble {

/// Q4_0: 32 weights in 18 bytes, 4.5 bits a weight.
///
///   byte   0  1  2               17
///         [ d:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = (code - 8) * d, codes 0..15. The grid is lopsided (-8..7), so d may be negative.
/// Example: d = 0.5, first byte 0x8C: weight 0 = (12 - 8) * 0.5 = 2, weight 16 = (8 - 8) * 0.5 = 0.
struct Q4_0 {
  static constexpr Type type = Type::q4_0;
  static constexpr std::string_view name = "q4_0";
  static constexpr std::string_view summary =
      "4-bit steps around zero, one scale per 32 weights; the simplest 4-bit type.";
  static constexpr uint32_t block_length = 32, block_bytes = 18, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    for (int j = 0; j < 16; ++j) {
      const int code = block[2 + j];
      values[j] = static_cast<float>((code & 15) - 8) * d;
      values[j + 16] = static_cast<float>((code >> 4) - 8) * d;
    }
  }

  /// Packs a stored scale and 32 codes (0..15).
  static void encode(uint16_t d, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    for (int j = 0; j < 16; ++j) block[2 + j] = static_cast<uint8_t>(codes[j] | codes[j + 16] << 4);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block));
    *low = d > 0 ? -8.5f * d : 7.5f * d;
    *high = d > 0 ? 7.5f * d : -8.5f * d;
  }
};

}  // namespace nibble
