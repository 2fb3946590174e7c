#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q4_1: 32 weights in 20 bytes, 5 bits a weight.
///
///   byte   0  1  2  3  4               19
///         [ d:f16 | m:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = code * d + m (two roundings), codes 0..15; m is the smallest weight of the block.
/// Example: d = 0.5, m = -1, first byte 0x52: weight 0 = 2 * 0.5 - 1 = 0, weight 16 = 5 * 0.5 - 1 = 1.5.
struct Q4_1 {
  static constexpr Type type = Type::q4_1;
  static constexpr std::string_view name = "q4_1";
  static constexpr std::string_view summary = "4-bit steps from a minimum, one scale and one minimum per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 20, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::scale_and_offset;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 4;
  static constexpr auto values = integer_levels<0, 15>();
  static constexpr uint32_t scale_at = 0, minimum_at = 2, codes_at = 4, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_half_nibble<32>(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_half_nibbles<32>(codes, block + codes_at); }
};

}  // namespace nibble
