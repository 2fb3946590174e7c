#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q4_K: 256 weights in 144 bytes, 4.5 bits a weight; 8 sub-blocks of 32, each with a 6-bit scale and minimum.
///
///   byte   0       2          4                      16              144
///         [ d:f16 | dmin:f16 | s and m (12 bytes)   | codes (128 B) ]
///
/// s and m as in code_packing.h. 64 weights have 32 code bytes: low nibble weight l, high nibble weight l + 32.
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
  static constexpr FormatKind kind = FormatKind::super_block_minima;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 4, fewest = 0, most = 63;
  static constexpr auto values = integer_levels<0, 15>();
  static constexpr uint32_t scale_at = 0, minimum_at = 2, codes_at = 16, code_bytes = 128;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_paired_nibble(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_paired_nibbles(codes, block + codes_at); }

  static void unpack_scales(const uint8_t* block, int32_t* scales, int32_t* minima) {
    unpack_scales_and_minima(block + 4, scales, minima);
  }
  static void pack_scales(const int32_t* scales, const int32_t* minima, uint8_t* block) {
    pack_scales_and_minima(scales, minima, block + 4);
  }
};

}  // namespace nibble
