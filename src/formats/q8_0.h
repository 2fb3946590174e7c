#pragma once
#include <cstring>

#include "formats/format.h"
#include "numeric/half.h"

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

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    for (int j = 0; j < 32; ++j) values[j] = static_cast<float>(static_cast<int8_t>(block[2 + j])) * d;
  }

  /// Packs a stored scale and 32 codes.
  static void encode(uint16_t d, const int8_t* codes, uint8_t* block) {
    store(block, d);
    std::memcpy(block + 2, codes, 32);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block));
    *low = (d > 0 ? -128.5f : 127.5f) * d;
    *high = (d > 0 ? 127.5f : -128.5f) * d;
  }
};

}  // namespace nibble
