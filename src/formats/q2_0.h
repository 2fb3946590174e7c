#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "numeric/half.h"

namespace nibble {

/// Q2_0: 64 weights in 18 bytes, 2.25 bits a weight.
///
///   byte   0       2               18
///         [ d:f16 | codes (16 B) ]      bits 2 (j % 4) of byte j / 4 are weight j
///
/// weight = (code - 1) * d, codes 0..3. Example: d = 0.5, first byte 0xE4: weights -0.5, 0, 0.5, 1.
struct Q2_0 {
  static constexpr Type type = Type::q2_0;
  static constexpr std::string_view name = "q2_0";
  static constexpr std::string_view summary =
      "Four values per weight, of which the quantizer uses three; only for models trained with such weights.";
  static constexpr uint32_t block_length = 64, block_bytes = 18, scale_length = 64;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    for (int j = 0; j < 64; ++j) values[j] = static_cast<float>(((block[2 + j / 4] >> (2 * (j % 4))) & 3) - 1) * d;
  }

  /// Packs a stored scale and 64 codes (0..3).
  static void encode(uint16_t d, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    for (int j = 0; j < 16; ++j) {
      const uint8_t* from = codes + 4 * j;
      block[2 + j] = static_cast<uint8_t>(from[0] | from[1] << 2 | from[2] << 4 | from[3] << 6);
    }
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    grid_range(f32_from_f16(load<uint16_t>(block)), 0.0f, -1.5f, 2.5f, low, high);
  }
};

}  // namespace nibble
