#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// TQ2_0: 256 weights in 66 bytes, 2.0625 bits a weight; the values of TQ1_0, two bits each.
///
///   byte   0               64      66
///         [ codes (64 B)  | d:f16 ]
///
/// Codes are quad planes (code_packing.h). weight = (code - 1) * d, codes 0..2.
/// Example: d = 0.5, first byte 0x86: weight 0 is code 2 = 0.5, weight 32 code 1 = 0, weight 64 code 0 = -0.5.
struct TQ2_0 {
  static constexpr Type type = Type::tq2_0;
  static constexpr std::string_view name = "tq2_0";
  static constexpr std::string_view summary =
      "Three values per weight, packed for speed; only for models trained with ternary weights.";
  static constexpr uint32_t block_length = super_block, block_bytes = 66, scale_length = super_block;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::ternary;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 2;
  static constexpr auto values = integer_levels<-1, 2>();
  /// Code 3 decodes to 2 d, but no quantizer writes it.
  static constexpr size_t unused_codes = 3;
  static constexpr uint32_t scale_at = 64, codes_at = 0, code_bytes = 64;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_quad_plane_code(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_quad_planes(codes, block + codes_at); }
};

}  // namespace nibble
