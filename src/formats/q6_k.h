#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/half.h"

namespace nibble {

/// Q6_K: 256 weights in 210 bytes, 6.5625 bits a weight; 16 sub-blocks of 16, each with a signed 8-bit scale.
///
///   byte   0            128           192              208     210
///         [ low (128 B) | high (64 B) | s:i8 x 16     | d:f16 ]
///
/// Per half of 128 weights, l = 0..31: low[l] holds the low four bits of weights l and l + 64, low[l + 32] those of
/// l + 32 and l + 96; high[l] the two high bits of weights l, l + 32, l + 64, l + 96, lowest bits first.
/// weight = (d * s) * (code - 32), codes 0..63.
/// Example: d = 0.5, s = -2: the grid is -1 * (code - 32): 32 down to -31.
struct Q6_K {
  static constexpr Type type = Type::q6_K;
  static constexpr std::string_view name = "q6_K";
  static constexpr std::string_view summary =
      "64 levels per weight; close to Q8_0 in quality at three quarters of its size.";
  static constexpr uint32_t block_length = super_block, block_bytes = 210, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr int sub_blocks = 16;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block + 208));
    for (int half = 0; half < 2; ++half) {
      const uint8_t *low = block + 64 * half, *high = block + 128 + 32 * half;
      const int8_t* scales = reinterpret_cast<const int8_t*>(block + 192 + 8 * half);
      float* to = values + 128 * half;
      for (int i = 0; i < 128; ++i) {
        const int l = i % 32, quarter = i / 32;
        const int nibble_bits = (low[l + 32 * (quarter % 2)] >> (4 * (quarter / 2))) & 15;
        const int code = nibble_bits | ((high[l] >> (2 * quarter)) & 3) << 4;
        to[i] = (d * static_cast<float>(scales[i / 16])) * static_cast<float>(code - 32);
      }
    }
  }

  /// Packs the stored scale, 16 sub-block scales and 256 codes (0..63).
  static void encode(uint16_t d, const int8_t* scales, const uint8_t* codes, uint8_t* block) {
    for (int half = 0; half < 2; ++half, codes += 128) {
      uint8_t *low = block + 64 * half, *high = block + 128 + 32 * half;
      for (int l = 0; l < 32; ++l) {
        low[l] = static_cast<uint8_t>((codes[l] & 15) | (codes[l + 64] & 15) << 4);
        low[l + 32] = static_cast<uint8_t>((codes[l + 32] & 15) | (codes[l + 96] & 15) << 4);
        high[l] = static_cast<uint8_t>((codes[l] >> 4) | (codes[l + 32] >> 4) << 2 | (codes[l + 64] >> 4) << 4 |
                                       (codes[l + 96] >> 4) << 6);
      }
    }
    for (int j = 0; j < sub_blocks; ++j) block[192 + j] = static_cast<uint8_t>(scales[j]);
    store(block + 208, d);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block + 208)); }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block + 208));
    for (int j = 0; j < sub_blocks; ++j) {
      const float step = d * static_cast<float>(static_cast<int8_t>(block[192 + j]));
      grid_range(step, 0.0f, -32.5f, 31.5f, low + j, high + j);
    }
  }
};

}  // namespace nibble
