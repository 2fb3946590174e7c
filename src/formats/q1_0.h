#pragma once
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q1_0: 128 weights in 18 bytes, 1.125 bits a weight; only the sign of each weight survives.
///
///   byte   0       2              18
///         [ d:f16 | bits (16 B) ]      bit j % 8 of byte j / 8 is weight j
///
/// weight = bit ? d : -d. Example: d = 0.5, first byte 0x01: weight 0 = 0.5, weights 1..7 = -0.5.
struct Q1_0 {
  static constexpr Type type = Type::q1_0;
  static constexpr std::string_view name = "q1_0";
  static constexpr std::string_view summary = "Two values per weight; only for models trained with binary weights.";
  static constexpr uint32_t block_length = 128, block_bytes = 18, scale_length = 128;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::ternary;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 1;
  static constexpr std::array<float, 2> values = {-1, 1};
  static constexpr uint32_t scale_at = 0, codes_at = 2, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int j = 0; j < 128; ++j) take(j, block[codes_at + j / 8] >> (j % 8) & 1);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int byte = 0; byte < 16; ++byte) {
      int bits = 0;
      for (int j = 0; j < 8; ++j) bits |= codes[8 * byte + j] << j;
      block[codes_at + byte] = static_cast<uint8_t>(bits);
    }
  }
};

}  // namespace nibble
