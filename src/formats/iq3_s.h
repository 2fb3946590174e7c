#pragma once
#include "formats/point_format.h"

namespace nibble {

/// IQ3_S: 256 weights in 110 bytes, 3.4375 bits a weight. Sub-blocks of 32, groups of 4, every sign stored.
///
///   byte   0  1  2           66           74            106           110
///         [ d:f16 | i0 .. i63 | h0 .. h7   | n0 .. n31   | s1s0 .. s7s6 ]
///         codebook position of group g = i[g] + 256 * (bit g % 8 of h[g / 8])
///         n: signs of eight weights a byte, bit j set when weight j is negative
///         s: 4-bit scale codes, the even sub-block in the low nibble
///
/// weight = d * (1 + 2 * code) * value * sign, value 1, 3, 5, .. 15 by the level of the codebook point.
/// Example: d = 0.5, i0 = 1 (levels 1 0 0 0), h0 = 0, n0 = 1, s0 = 1: weights -4.5, 1.5, 1.5, 1.5.
struct IQ3_S : PointFormat<IQ3_S> {
  static constexpr Type type = Type::iq3_s;
  static constexpr std::string_view name = "iq3_s";
  static constexpr std::string_view summary =
      "3.44 bits a weight from a codebook of 512 points; better with an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 110, scale_length = 32;
  static constexpr uint32_t scale_at = 0;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::optional;
  static constexpr auto& codebook = iq3_s_codebook;
  static constexpr auto& magnitudes = iq::values_iq3_s;
  static constexpr int point_length = 4, level_bits = 3;
  static constexpr bool even_signs = false;

  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int g = 0; g < 64; ++g)
      take(g, block[2 + g] | (block[66 + g / 8] >> (g % 8) & 1) << 8, block[74 + g / 2] >> (4 * (g % 2)));
  }

  /// Packs positions (0..511), signs and scale codes (0..15).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int g = 0; g < 64; ++g) block[2 + g] = static_cast<uint8_t>(codes.index[g]);
    for (int b = 0; b < 8; ++b) {
      int high = 0;
      for (int j = 0; j < 8; ++j) high |= codes.index[8 * b + j] >> 8 << j;
      block[66 + b] = static_cast<uint8_t>(high);
    }
    for (int j = 0; j < 32; ++j) block[74 + j] = codes.signs[j];
    for (int b = 0; b < 4; ++b) block[106 + b] = static_cast<uint8_t>(codes.scale[2 * b] | codes.scale[2 * b + 1] << 4);
  }

  static int scale_code(const uint8_t* block, int b) { return block[106 + b / 2] >> (4 * (b % 2)) & 15; }
  static float step(float d, int code) { return d * static_cast<float>(1 + 2 * code); }
};

}  // namespace nibble
