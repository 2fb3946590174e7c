#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"
#include "numeric/value_tables.h"

namespace nibble {

/// MXFP4: 32 weights in 17 bytes, 4.25 bits a weight; 4-bit floats with a power of two per block (OCP MX).
///
///   byte   0     1                17
///         [ e:u8 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = fp4_values[code] * 2^(e - 128) (numeric/value_tables.h, scale_floats.h); e = 255 is NaN.
/// Example: e = 127, first byte 0x97: weight 0 = 12 / 2 = 6, weight 16 = -1 / 2 = -0.5.
struct MXFP4 {
  static constexpr Type type = Type::mxfp4;
  static constexpr std::string_view name = "mxfp4";
  static constexpr std::string_view summary =
      "4-bit floats with power-of-two scales; meant for models published in it, coarser than Q4_K for others.";
  static constexpr uint32_t block_length = 32, block_bytes = 17, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::e8m0;
  static constexpr int code_bits = 4;
  static constexpr auto values = float_levels(fp4_values);
  static constexpr uint32_t scale_at = 0, codes_at = 1, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_half_nibble<32>(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_half_nibbles<32>(codes, block + codes_at); }
};

}  // namespace nibble
