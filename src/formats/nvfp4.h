#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "numeric/scale_floats.h"
#include "numeric/value_tables.h"

namespace nibble {

/// NVFP4: 64 weights in 36 bytes, 4.5 bits a weight; 4-bit floats, 4 sub-blocks of 16 with 8-bit float scales.
///
///   byte   0            4                              36
///         [ s:ue4m3 x 4 | 4 sub-blocks of c8:c0 .. c15:c7 ]      low nibble: weights 0..7, high nibble: weights 8..15
///
/// weight = fp4_values[code] * (s / 2) (numeric/value_tables.h, scale_floats.h).
/// Example: s = 0x38 (1.0), byte 4 = 0x97: weight 0 = 12 / 2 = 6, weight 8 = -1 / 2 = -0.5.
struct NVFP4 {
  static constexpr Type type = Type::nvfp4;
  static constexpr std::string_view name = "nvfp4";
  static constexpr std::string_view summary =
      "4-bit floats with a small float scale per 16 weights; meant for models published in it. Weights beyond 2688 "
      "clip.";
  static constexpr uint32_t block_length = 64, block_bytes = 36, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr int sub_blocks = 4;

  static void decode(const uint8_t* block, float* values) {
    for (int s = 0; s < sub_blocks; ++s) {
      const float d = half_of_ue4m3(block[s]);
      for (int j = 0; j < 8; ++j) {
        const int codes = block[4 + 8 * s + j];
        values[16 * s + j] = static_cast<float>(fp4_values[codes & 15]) * d;
        values[16 * s + 8 + j] = static_cast<float>(fp4_values[codes >> 4]) * d;
      }
    }
  }

  /// Packs four stored scales and 64 codes (0..15).
  static void encode(const uint8_t* scales, const uint8_t* codes, uint8_t* block) {
    for (int s = 0; s < sub_blocks; ++s) {
      block[s] = scales[s];
      const uint8_t* from = codes + 16 * s;
      for (int j = 0; j < 8; ++j) block[4 + 8 * s + j] = static_cast<uint8_t>(from[j] | from[8 + j] << 4);
    }
  }

  /// Every byte is a number: the one code that would be NaN counts as zero.
  static bool valid(const uint8_t*) { return true; }

  static void range(const uint8_t* block, float* low, float* high) {
    for (int s = 0; s < sub_blocks; ++s) grid_range(half_of_ue4m3(block[s]), 0.0f, -14.0f, 14.0f, low + s, high + s);
  }
};

}  // namespace nibble
