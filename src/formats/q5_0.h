#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q5_0: 32 weights in 22 bytes, 5.5 bits a weight.
///
///   byte   0  1  2    5  6               21
///         [ d:f16 | high | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// Bit j of `high` (a little-endian u32) is the fifth bit of the code of weight j.
/// weight = (code - 16) * d, codes 0..31. The grid is lopsided (-16..15), so d may be negative.
/// Example: d = 0.5, high = 0x00000001, first byte 0x82: weight 0 = (18 - 16) * 0.5 = 1, weight 16 = (8 - 16) * 0.5 =
/// -4.
struct Q5_0 {
  static constexpr Type type = Type::q5_0;
  static constexpr std::string_view name = "q5_0";
  static constexpr std::string_view summary = "5-bit steps around zero, one scale per 32 weights.";
  static constexpr uint32_t block_length = 32, block_bytes = 22, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 5;
  static constexpr auto values = integer_levels<-16, 15>();
  static constexpr uint32_t scale_at = 0, high_at = 2, low_at = 6;

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
