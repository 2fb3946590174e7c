#pragma once
#include "formats/point_format.h"

namespace nibble {

/// IQ2_S: 256 weights in 82 bytes, 2.5625 bits a weight. Sub-blocks of 16, groups of 8, every sign stored.
///
///   byte   0  1  2           34            66              74               82
///         [ d:f16 | i0 .. i31 | n0 .. n31   | h3..h0 .. :8  | s1s0 .. s15s14 ]
///         codebook position of group g = i[g] + 256 * h[g], h two bits each, four groups a byte, lowest bits first
///         n[g]: bit j set when weight j of group g is negative; s: 4-bit scale codes, even sub-block in the low nibble
///
/// weight = d * (0.5 + code) / 4 * value * sign, value 8, 25 or 43 by the level of the codebook point.
/// Example: d = 1, i0 = 1, h0 = 0 (levels 2 0 0 0 0 0 0 0), n0 = 1, s0 = 0: weights -43/8, 1, 1, 1, 1, 1, 1, 1.
struct IQ2_S : PointFormat<IQ2_S> {
  static constexpr Type type = Type::iq2_s;
  static constexpr std::string_view name = "iq2_s";
  static constexpr std::string_view summary =
      "2.56 bits a weight from a codebook of 1024 points; poor without an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 82, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::optional;
  static constexpr auto& codebook = iq2_s_codebook;
  static constexpr auto& magnitudes = iq::values_2bit;
  static constexpr int point_length = 8, level_bits = 2;
  static constexpr bool even_signs = false;

  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int g = 0; g < 32; ++g) take(g, block[2 + g] | (block[66 + g / 4] >> (2 * (g % 4)) & 3) << 8, block[34 + g]);
  }

  /// Packs positions (0..1023), signs and scale codes (0..15).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int g = 0; g < 32; ++g) {
      block[2 + g] = static_cast<uint8_t>(codes.index[g]);
      block[34 + g] = codes.signs[g];
    }
    for (int b = 0; b < 8; ++b) {
      int high = 0;
      for (int j = 0; j < 4; ++j) high |= codes.index[4 * b + j] >> 8 << (2 * j);
      block[66 + b] = static_cast<uint8_t>(high);
      block[74 + b] = static_cast<uint8_t>(codes.scale[2 * b] | codes.scale[2 * b + 1] << 4);
    }
  }

  static int scale_code(const uint8_t* block, int b) { return block[74 + b / 2] >> (4 * (b % 2)) & 15; }
  static float step(float d, int code) { return d * (0.5f + static_cast<float>(code)) * 0.25f; }
};

}  // namespace nibble
