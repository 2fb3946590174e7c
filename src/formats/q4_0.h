#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q4_0: 32 weights in 18 bytes, 4.5 bits a weight.
///
///   byte   0  1  2               17
///         [ d:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = (code - 8) * d, codes 0..15. The grid is lopsided (-8..7), so d may be negative.
/// Example: d = 0.5, first byte 0x8C: weight 0 = (12 - 8) * 0.5 = 2, weight 16 = (8 - 8) * 0.5 = 0.
struct Q4_0 {
  static constexpr Type type = Type::q4_0;
  static constexpr std::string_view name = "q4_0";
  static constexpr std::string_view summary =
      "4-bit steps around zero, one scale per 32 weights; the simplest 4-bit type.";
  static constexpr uint32_t block_length = 32, block_bytes = 18, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 4;
  static constexpr auto values = integer_levels<-8, 7>();
  static constexpr uint32_t scale_at = 0, codes_at = 2, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_half_nibble<32>(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_half_nibbles<32>(codes, block + codes_at); }
};

}  // namespace nibble
