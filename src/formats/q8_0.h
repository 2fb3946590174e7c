#pragma once
#include <cstring>

#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q8_0: 32 weights in 34 bytes, 8.5 bits a weight.
///
///   byte   0  1  2            33
///         [ d:f16 | c0 .. c31 ]      codes are signed bytes
///
/// weight = code * d. Quantizers use codes -127..127; -128 decodes but is never written.
/// Example: d = 0.5, first code byte 0xFE: weight 0 = -2 * 0.5 = -1.
struct Q8_0 {
  static constexpr Type type = Type::q8_0;
  static constexpr std::string_view name = "q8_0";
  static constexpr std::string_view summary = "8-bit steps around zero, one scale per 32 weights; nearly lossless.";
  static constexpr uint32_t block_length = 32, block_bytes = 34, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;
  static constexpr FormatKind kind = FormatKind::one_scale;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 8;
  /// By the bytes of codes in two's complement.
  static constexpr auto values = [] {
    std::array<float, 256> levels{};
    for (int code = 0; code < 256; ++code)
      levels[static_cast<size_t>(code)] = static_cast<float>(static_cast<int8_t>(code));
    return levels;
  }();
  static constexpr uint32_t scale_at = 0, codes_at = 2, code_bytes = 32;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    for (int j = 0; j < 32; ++j) take(j, block[codes_at + j]);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { std::memcpy(block + codes_at, codes, 32); }
};

}  // namespace nibble
