#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

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
  static constexpr FormatKind kind = FormatKind::super_block_symmetric;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 6, fewest = -128, most = 127;
  static constexpr auto values = integer_levels<-32, 31>();
  static constexpr uint32_t scale_at = 208, high_at = 128, scales_at = 192;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int half = 0; half < 2; ++half) {
      const uint8_t *low = block + 64 * half, *high = block + high_at + 32 * half;
      for (int i = 0; i < 128; ++i) {
        const int l = i % 32, quarter = i / 32;
        const int low_bits = low[l + 32 * (quarter % 2)] >> (4 * (quarter / 2)) & 15;
        take(128 * half + i, low_bits | (high[l] >> (2 * quarter) & 3) << 4);
      }
    }
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int half = 0; half < 2; ++half, codes += 128) {
      uint8_t *low = block + 64 * half, *high = block + high_at + 32 * half;
      for (int l = 0; l < 32; ++l) {
        low[l] = static_cast<uint8_t>((codes[l] & 15) | (codes[l + 64] & 15) << 4);
        low[l + 32] = static_cast<uint8_t>((codes[l + 32] & 15) | (codes[l + 96] & 15) << 4);
        high[l] = static_cast<uint8_t>((codes[l] >> 4) | (codes[l + 32] >> 4) << 2 | (codes[l + 64] >> 4) << 4 |
                                       (codes[l + 96] >> 4) << 6);
      }
    }
  }

  static void unpack_scales(const uint8_t* block, int32_t* scales) {
    for (int j = 0; j < 16; ++j) scales[j] = static_cast<int8_t>(block[scales_at + j]);
  }
  static void pack_scales(const int32_t* scales, uint8_t* block) {
    for (int j = 0; j < 16; ++j) block[scales_at + j] = static_cast<uint8_t>(scales[j]);
  }
};

}  // namespace nibble
