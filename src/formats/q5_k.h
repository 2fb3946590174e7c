#pragma once
#include "formats/format.h"
#include "formats/scaled_minima.h"

namespace nibble {

/// Q5_K: 256 weights in 176 bytes, 5.5 bits a weight; Q4_K with a fifth bit per weight.
///
///   byte   0       2          4                     16            48             176
///         [ d:f16 | dmin:f16 | s and m (12 bytes)  | high (32 B) | codes (128 B) ]
///
/// s and m as in k_packing.h, low four code bits as in Q4_K. Bit j of high[l] is the fifth bit of weight l of
/// sub-block j. weight = (d * s) * code - dmin * m, codes 0..31.
/// Example: d = 0.5, dmin = 0.25, s = 2, m = 4: the grid is 1 * code - 1: -1 .. 30.
struct Q5_K {
  static constexpr Type type = Type::q5_K;
  static constexpr std::string_view name = "q5_K";
  static constexpr std::string_view summary =
      "32 levels with scale and minimum per 32 weights; about half the error of Q4_K for one more bit.";
  static constexpr uint32_t block_length = super_block, block_bytes = 176, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr int sub_blocks = ScaledMinima::sub_blocks;

  static void decode(const uint8_t* block, float* values) {
    const ScaledMinima grids(block);
    const uint8_t *high = block + 16, *codes = block + 48;
    for (int j = 0; j < sub_blocks; ++j) {
      const float step = grids.step[j], minimum = grids.minimum[j];
      for (int l = 0; l < 32; ++l) {
        const int code = ((codes[32 * (j / 2) + l] >> (4 * (j % 2))) & 15) | ((high[l] >> j) & 1) << 4;
        values[32 * j + l] = step * static_cast<float>(code) - minimum;
      }
    }
  }

  /// Packs the stored scales, the 12 bytes of sub-block scales and 256 codes (0..31).
  static void encode(uint16_t d, uint16_t dmin, const uint8_t* packed_scales, const uint8_t* codes, uint8_t* block) {
    ScaledMinima::encode(d, dmin, packed_scales, block);
    for (int l = 0; l < 32; ++l) {
      int high = 0;
      for (int j = 0; j < sub_blocks; ++j) high |= (codes[32 * j + l] >> 4) << j;
      block[16 + l] = static_cast<uint8_t>(high);
    }
    for (int group = 0; group < 4; ++group) {
      const uint8_t* from = codes + 64 * group;
      for (int l = 0; l < 32; ++l) {
        block[48 + 32 * group + l] = static_cast<uint8_t>((from[l] & 15) | (from[32 + l] & 15) << 4);
      }
    }
  }

  static bool valid(const uint8_t* block) { return ScaledMinima::valid(block); }

  static void range(const uint8_t* block, float* low, float* high) { ScaledMinima(block).range(31, low, high); }
};

}  // namespace nibble
