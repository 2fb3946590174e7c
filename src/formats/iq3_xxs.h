#pragma once
#include "formats/point_format.h"

namespace nibble {

/// IQ3_XXS: 256 weights in 98 bytes, 3.0625 bits a weight. Sub-blocks of 32, groups of 4, signs by eight weights.
///
///   byte   0  1  2           66                   98
///         [ d:f16 | i0 .. i63 | t0:u32 .. t7:u32   ]
///         i: codebook positions. t: bits 0-6, 7-13, 14-20, 21-27 signs of the first seven of each eight weights (the
///         eighth is their parity), bits 28-31 scale code
///
/// weight = d * (0.5 + code) / 2 * value * sign, value 4, 12, 20, 28, 36, 44, 52 or 62 by the level of the point.
/// Example: d = 1, i0 = 1 (levels 2 0 0 0), t0 = 0: weights 5, 1, 1, 1.
struct IQ3_XXS : PointFormat<IQ3_XXS> {
  static constexpr Type type = Type::iq3_xxs;
  static constexpr std::string_view name = "iq3_xxs";
  static constexpr std::string_view summary =
      "3.06 bits a weight from a codebook of 256 points; better with an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 98, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::optional;
  static constexpr auto& codebook = iq3_xxs_codebook;
  static constexpr auto& magnitudes = iq::values_iq3_xxs;
  static constexpr int point_length = 4, level_bits = 3;
  static constexpr bool even_signs = true;

  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int g = 0; g < 64; ++g) {
      const uint32_t tail = load<uint32_t>(block + 66 + 4 * (g / 8));
      take(g, block[2 + g], iq::signs_from_7_bits(tail >> (7 * (g / 2 % 4)) & 127) >> (4 * (g % 2)));
    }
  }

  /// Packs positions (0..255), signs (an even number of each eight negative) and scale codes (0..15).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int g = 0; g < 64; ++g) block[2 + g] = static_cast<uint8_t>(codes.index[g]);
    for (int b = 0; b < 8; ++b) {
      uint32_t tail = static_cast<uint32_t>(codes.scale[b]) << 28;
      for (int j = 0; j < 4; ++j) tail |= static_cast<uint32_t>(codes.signs[4 * b + j] & 127) << (7 * j);
      store(block + 66 + 4 * b, tail);
    }
  }

  static int scale_code(const uint8_t* block, int b) {
    return static_cast<int>(load<uint32_t>(block + 66 + 4 * b) >> 28);
  }
  static float step(float d, int code) { return d * (0.5f + static_cast<float>(code)) * 0.5f; }
};

}  // namespace nibble
