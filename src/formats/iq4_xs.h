#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"
#include "numeric/value_tables.h"

namespace nibble {

/// IQ4_XS: 256 weights in 136 bytes, 4.25 bits a weight; the values of IQ4_NL, 8 sub-blocks of 32 with 6-bit scales.
///
///   byte   0       2            4             8               136
///         [ d:f16 | high:u16   | low (4 B)   | codes (128 B) ]
///
/// Scale code of sub-block b, 0..63: low four bits in a nibble of low[b / 2] (low nibble for even b), two high bits at
/// bits 2b of `high`. Sub-block b has 16 code bytes: low nibble weight j, high nibble weight j + 16.
/// weight = (d * (scale code - 32)) * iq4_values[code] (numeric/value_tables.h).
/// Example: d = 0.25, scale code 34: code 0 is 0.5 * -127 = -63.5.
struct IQ4_XS {
  static constexpr Type type = Type::iq4_xs;
  static constexpr std::string_view name = "iq4_xs";
  static constexpr std::string_view summary =
      "Sixteen uneven levels with compact scales; 6 % smaller than Q4_K at about its quality.";
  static constexpr uint32_t block_length = super_block, block_bytes = 136, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::super_block_symmetric;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 4, fewest = -32, most = 31;
  static constexpr auto values = float_levels(iq4_values);
  static constexpr uint32_t scale_at = 0, codes_at = 8, code_bytes = 128;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int run = 0; run < 8; ++run) {
      each_half_nibble<32>(block + codes_at + 16 * run, [&](int weight, int code) { take(32 * run + weight, code); });
    }
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int run = 0; run < 8; ++run) pack_half_nibbles<32>(codes + 32 * run, block + codes_at + 16 * run);
  }

  static void unpack_scales(const uint8_t* block, int32_t* scales) {
    const int high = load<uint16_t>(block + 2);
    for (int b = 0; b < 8; ++b) {
      scales[b] = ((block[4 + b / 2] >> (4 * (b % 2)) & 15) | (high >> (2 * b) & 3) << 4) - 32;
    }
  }
  static void pack_scales(const int32_t* scales, uint8_t* block) {
    int high = 0;
    for (int b = 0; b < 8; ++b) high |= ((scales[b] + 32) >> 4) << (2 * b);
    store(block + 2, static_cast<uint16_t>(high));
    for (int pair = 0; pair < 4; ++pair) {
      block[4 + pair] = static_cast<uint8_t>(((scales[2 * pair] + 32) & 15) | ((scales[2 * pair + 1] + 32) & 15) << 4);
    }
  }
};

}  // namespace nibble
