#pragma once
#include "formats/point_format.h"

namespace nibble {

/// IQ2_XS: 256 weights in 74 bytes, 2.3125 bits a weight. Sub-blocks of 16, groups of 8.
///
///   byte   0  1  2                         66               74
///         [ d:f16 | g0:u16 .. g31:u16       | s1s0 .. s15s14 ]
///         g: bits 0-8 codebook position, bits 9-15 signs of the first seven weights (the eighth is their parity)
///         s: 4-bit scale codes, the even sub-block in the low nibble
///
/// weight = d * (0.5 + code) / 4 * value * sign, value 8, 25 or 43 by the level of the codebook point.
/// Example: d = 1, g0 = 0x0201 (position 1: levels 2 0 0 0 0 0 0 0; sign code 1), s0 = 0: weights -43/8, 1, .., 1, -1.
struct IQ2_XS : PointFormat<IQ2_XS> {
  static constexpr Type type = Type::iq2_xs;
  static constexpr std::string_view name = "iq2_xs";
  static constexpr std::string_view summary =
      "2.31 bits a weight from a codebook of 512 points; needs an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 74, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::required;
  static constexpr auto& codebook = iq2_xs_codebook;
  static constexpr auto& magnitudes = iq::values_2bit;
  static constexpr int point_length = 8, level_bits = 2;
  static constexpr bool even_signs = true;

  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int g = 0; g < 32; ++g) {
      const uint32_t code = load<uint16_t>(block + 2 + 2 * g);
      take(g, code & 511, iq::signs_from_7_bits(code >> 9));
    }
  }

  /// Packs positions (0..511), signs (an even number negative) and scale codes (0..15).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int g = 0; g < 32; ++g) {
      store(block + 2 + 2 * g, static_cast<uint16_t>(codes.index[g] | (codes.signs[g] & 127) << 9));
    }
    for (int b = 0; b < 8; ++b) block[66 + b] = static_cast<uint8_t>(codes.scale[2 * b] | codes.scale[2 * b + 1] << 4);
  }

  static int scale_code(const uint8_t* block, int b) { return block[66 + b / 2] >> (4 * (b % 2)) & 15; }
  static float step(float d, int code) { return d * (0.5f + static_cast<float>(code)) * 0.25f; }
};

}  // namespace nibble
