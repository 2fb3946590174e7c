#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"
#include "numeric/value_tables.h"

namespace nibble {

/// IQ4_NL: 32 weights in 18 bytes, 4.5 bits a weight; sixteen unevenly spaced values instead of even steps.
///
///   byte   0  1  2               17
///         [ d:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = d * iq4_values[code] (numeric/value_tables.h).
/// Example: d = 0.5, first byte 0x80: weight 0 = 0.5 * -127 = -63.5, weight 16 = 0.5 * 1 = 0.5.
struct IQ4_NL {
  static constexpr Type type = Type::iq4_nl;
  static constexpr std::string_view name = "iq4_nl";
  static constexpr std::string_view summary =
      "Sixteen uneven levels that fit bell-shaped weights better than Q4_0 at the same size; works for any row length "
      "that is a multiple of 32.";
  static constexpr uint32_t block_length = 32, block_bytes = 18, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 4;
  static constexpr auto values = float_levels(iq4_values);
  static constexpr uint32_t scale_at = 0, codes_at = 2, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_half_nibble<32>(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_half_nibbles<32>(codes, block + codes_at); }
};

}  // namespace nibble
