#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q5_1: 32 weights in 24 bytes, 6 bits a weight.
///
///   byte   0  1  2  3  4    7  8               23
///         [ d:f16 | m:f16 | high | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// Bit j of `high` (a little-endian u32) is the fifth bit of the code of weight j.
/// weight = code * d + m (two roundings), codes 0..31; m is the smallest weight of the block.
/// Example: d = 0.5, m = -1, high = 0x00000001, first byte 0x82: weight 0 = 18 * 0.5 - 1 = 8, weight 16 = 8 * 0.5 - 1
/// = 3.
struct Q5_1 {
  static constexpr Type type = Type::q5_1;
  static constexpr std::string_view name = "q5_1";
  static constexpr std::string_view summary = "5-bit steps from a minimum, one scale and one minimum per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 24, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::scale_and_offset;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 5;
  static constexpr auto values = integer_levels<0, 31>();
  static constexpr uint32_t scale_at = 0, minimum_at = 2, high_at = 4, low_at = 8;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    const uint32_t high = load<uint32_t>(block + high_at);
    each_half_nibble<32>(block + low_at,
                         [&](int weight, int low) { take(weight, low | static_cast<int>(high >> weight & 1) << 4); });
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    uint32_t high = 0;
    for (int j = 0; j < 32; ++j) high |= static_cast<uint32_t>(codes[j] >> 4 & 1) << j;
    store(block + high_at, high);
    pack_half_nibbles<32>(codes, block + low_at);
  }
};

}  // namespace nibble
