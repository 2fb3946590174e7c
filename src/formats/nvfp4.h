#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"
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
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::ue4m3;
  static constexpr int code_bits = 4;
  static constexpr auto values = float_levels(fp4_values);
  static constexpr uint32_t scale_at = 0, codes_at = 4, code_bytes = 32;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int run = 0; run < 4; ++run) {
      each_half_nibble<16>(block + codes_at + 8 * run, [&](int weight, int code) { take(16 * run + weight, code); });
    }
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int run = 0; run < 4; ++run) pack_half_nibbles<16>(codes + 16 * run, block + codes_at + 8 * run);
  }
};

}  // namespace nibble
