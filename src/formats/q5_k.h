#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q5_K: 256 weights in 176 bytes, 5.5 bits a weight; Q4_K with a fifth bit per weight.
///
///   byte   0       2          4                     16            48             176
///         [ d:f16 | dmin:f16 | s and m (12 bytes)  | high (32 B) | codes (128 B) ]
///
/// s and m as in code_packing.h, low four code bits as in Q4_K. Bit j of high[l] is the fifth bit of weight l of
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
  static constexpr FormatKind kind = FormatKind::super_block_minima;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 5, fewest = 0, most = 63;
  static constexpr auto values = integer_levels<0, 31>();
  static constexpr uint32_t scale_at = 0, minimum_at = 2, high_at = 16, low_at = 48;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    const uint8_t* high = block + high_at;
    each_paired_nibble(block + low_at,
                       [&](int weight, int low) { take(weight, low | (high[weight % 32] >> (weight / 32) & 1) << 4); });
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int l = 0; l < 32; ++l) {
      int high = 0;
      for (int j = 0; j < 8; ++j) high |= (codes[32 * j + l] >> 4) << j;
      block[high_at + l] = static_cast<uint8_t>(high);
    }
    pack_paired_nibbles(codes, block + low_at);
  }

  static void unpack_scales(const uint8_t* block, int32_t* scales, int32_t* minima) {
    unpack_scales_and_minima(block + 4, scales, minima);
  }
  static void pack_scales(const int32_t* scales, const int32_t* minima, uint8_t* block) {
    pack_scales_and_minima(scales, minima, block + 4);
  }
};

}  // namespace nibble
