#pragma once
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q2_0: 64 weights in 18 bytes, 2.25 bits a weight.
///
///   byte   0       2               18
///         [ d:f16 | codes (16 B) ]      bits 2 (j % 4) of byte j / 4 are weight j
///
/// weight = (code - 1) * d, codes 0..3. Example: d = 0.5, first byte 0xE4: weights -0.5, 0, 0.5, 1.
struct Q2_0 {
  static constexpr Type type = Type::q2_0;
  static constexpr std::string_view name = "q2_0";
  static constexpr std::string_view summary =
      "Four values per weight, of which the quantizer uses three; only for models trained with such weights.";
  static constexpr uint32_t block_length = 64, block_bytes = 18, scale_length = 64;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::ternary;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 2;
  static constexpr auto values = integer_levels<-1, 2>();
  static constexpr uint32_t scale_at = 0, codes_at = 2, code_bytes = 16;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int j = 0; j < 64; ++j) take(j, block[codes_at + j / 4] >> (2 * (j % 4)) & 3);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    for (int j = 0; j < 16; ++j) {
      const uint8_t* from = codes + 4 * j;
      block[codes_at + j] = static_cast<uint8_t>(from[0] | from[1] << 2 | from[2] << 4 | from[3] << 6);
    }
  }
};

}  // namespace nibble
