#pragma once
#include "formats/point_format.h"

namespace nibble {

/// IQ2_XXS: 256 weights in 66 bytes, 2.0625 bits a weight. Sub-blocks of 32, groups of 8.
///
///   byte   0  1  2                  10                      58                66
///         [ d:f16 | sub-block 0:8    | sub-block 1:8  | ...  | sub-block 7:8   ]
///         sub-block = 4 bytes i0 i1 i2 i3 (codebook positions of groups 0..3),
///                     u32: bits 0-6 signs of group 0, 7-13 of group 1, 14-20, 21-27; bits 28-31 scale code
///
/// weight = d * (0.5 + code) / 4 * value * sign, value 8, 25 or 43 by the level of the codebook point.
/// The sign bit of a group's eighth weight is the parity of the other seven.
/// Example: d = 1, i0 = 1 (levels 2 0 0 0 0 0 0 0), signs 0, code 0: weights 43/8, 1, 1, 1, 1, 1, 1, 1.
struct IQ2_XXS : PointFormat<IQ2_XXS> {
  static constexpr Type type = Type::iq2_xxs;
  static constexpr std::string_view name = "iq2_xxs";
  static constexpr std::string_view summary =
      "2.06 bits a weight from a codebook of 256 points; needs an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 66, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::required;
  static constexpr auto& codebook = iq2_xxs_codebook;
  static constexpr auto& magnitudes = iq::values_2bit;
  static constexpr int point_length = 8, level_bits = 2;
  static constexpr bool even_signs = true;

  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int b = 0; b < 8; ++b) {
      const uint32_t signs = load<uint32_t>(block + 6 + 8 * b);
      for (int g = 0; g < 4; ++g) take(4 * b + g, block[2 + 8 * b + g], iq::signs_from_7_bits(signs >> (7 * g) & 127));
    }
  }

  /// Packs positions (0..255), signs (an even number negative) and scale codes (0..15).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int b = 0; b < 8; ++b) {
      uint32_t signs = static_cast<uint32_t>(codes.scale[b]) << 28;
      for (int g = 0; g < 4; ++g) {
        block[2 + 8 * b + g] = static_cast<uint8_t>(codes.index[4 * b + g]);
        signs |= static_cast<uint32_t>(codes.signs[4 * b + g] & 127) << (7 * g);
      }
      store(block + 6 + 8 * b, signs);
    }
  }

  static int scale_code(const uint8_t* block, int b) {
    return static_cast<int>(load<uint32_t>(block + 6 + 8 * b) >> 28);
  }
  static float step(float d, int code) { return d * (0.5f + static_cast<float>(code)) * 0.25f; }
};

}  // namespace nibble
