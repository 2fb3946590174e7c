#pragma once
#include "formats/format.h"
#include "numeric/half.h"

namespace nibble {

/// Q5_0: 32 weights in 22 bytes, 5.5 bits a weight.
///
///   byte   0  1  2    5  6               21
///         [ d:f16 | high | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// Bit j of `high` (a little-endian u32) is the fifth bit of the code of weight j.
/// weight = (code - 16) * d, codes 0..31. The grid is lopsided (-16..15), so d may be negative.
/// Example: d = 0.5, high = 0x00000001, first byte 0x82: weight 0 = (18 - 16) * 0.5 = 1, weight 16 = (8 - 16) * 0.5 =
/// -4.
struct Q5_0 {
  static constexpr Type type = Type::q5_0;
  static constexpr std::string_view name = "q5_0";
  static constexpr std::string_view summary = "5-bit steps around zero, one scale per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 22, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    const uint32_t high = load<uint32_t>(block + 2);
    for (int j = 0; j < 16; ++j) {
      const int low = (block[6 + j] & 15) | static_cast<int>(high >> j & 1) << 4;
      const int upper = (block[6 + j] >> 4) | static_cast<int>(high >> (j + 16) & 1) << 4;
      values[j] = static_cast<float>(low - 16) * d;
      values[j + 16] = static_cast<float>(upper - 16) * d;
    }
  }

  /// Packs a stored scale and 32 codes (0..31).
  static void encode(uint16_t d, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    uint32_t high = 0;
    for (int j = 0; j < 32; ++j) high |= static_cast<uint32_t>(codes[j] >> 4 & 1) << j;
    store(block + 2, high);
    for (int j = 0; j < 16; ++j) block[6 + j] = static_cast<uint8_t>((codes[j] & 15) | (codes[j + 16] & 15) << 4);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block));
    *low = (d > 0 ? -16.5f : 15.5f) * d;
    *high = (d > 0 ? 15.5f : -16.5f) * d;
  }
};

}  // namespace nibble
