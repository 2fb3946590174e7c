#pragma once
#include "formats/format.h"
#include "formats/scaled_minima.h"

namespace nibble {

/// Q4_K: 256 weights in 144 bytes, 4.5 bits a weight; 8 sub-blocks of 32, each with a 6-bit scale and minimum.
///
///   byte   0       2          4                      16              144
///         [ d:f16 | dmin:f16 | s and m (12 bytes)   | codes (128 B) ]
///
/// s and m as in k_packing.h. Group g of 64 weights has 32 code bytes: low nibble weight l, high nibble weight l + 32.
/// weight = (d * s) * code - dmin * m, codes 0..15.
/// Example: d = 0.5, dmin = 0.25, s = 2, m = 4: the grid is 1 * code - 1: -1 .. 14.
struct Q4_K {
  static constexpr Type type = Type::q4_K;
  static constexpr std::string_view name = "q4_K";
  static constexpr std::string_view summary =
      "Sixteen levels with scale and minimum per 32 weights; the usual choice where size matters.";
  static constexpr uint32_t block_length = super_block, block_bytes = 144, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr int sub_blocks = ScaledMinima::sub_blocks;

  static void decode(const uint8_t* block, float* values) {
    const ScaledMinima grids(block);
    const uint8_t* codes = block + 16;
    for (int j = 0; j < sub_blocks; ++j) {
      const float step = grids.step[j], minimum = grids.minimum[j];
      for (int l = 0; l < 32; ++l) {
        const int code = (codes[32 * (j / 2) + l] >> (4 * (j % 2))) & 15;
        values[32 * j + l] = step * static_cast<float>(code) - minimum;
      }
    }
  }

  /// Packs the stored scales, the 12 bytes of sub-block scales and 256 codes (0..15).
  static void encode(uint16_t d, uint16_t dmin, const uint8_t* packed_scales, const uint8_t* codes, uint8_t* block) {
    ScaledMinima::encode(d, dmin, packed_scales, block);
    for (int group = 0; group < 4; ++group) {
      for (int l = 0; l < 32; ++l) {
        block[16 + 32 * group + l] = static_cast<uint8_t>(codes[64 * group + l] | codes[64 * group + 32 + l] << 4);
      }
    }
  }

  static bool valid(const uint8_t* block) { return ScaledMinima::valid(block); }

  static void range(const uint8_t* block, float* low, float* high) { ScaledMinima(block).range(15, low, high); }
};

}  // namespace nibble
