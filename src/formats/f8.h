#pragma once
#include "formats/format.h"
#include "numeric/half.h"

/// The two 8-bit floats of safetensors files. GGUF does not have them; both are exact in half precision.
namespace nibble {

/// Sign, four exponent bits (bias 7), three fraction bits; no infinities, all ones is NaN; at most 448.
struct F8_E4M3 {
  static constexpr Type type = Type::f8_e4m3;
  static constexpr std::string_view name = "f8_e4m3";
  static constexpr std::string_view summary = "An 8-bit float of safetensors files with 4 significant bits, only read.";
  static constexpr uint32_t block_length = 1, block_bytes = 1, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) {
    const uint32_t sign = uint32_t{*block & 0x80u} << 24, exponent = *block >> 3 & 15, fraction = *block & 7;
    if (!valid(block)) {
      *values = bit_cast<float>(sign | 0x7FC00000u);
    } else if (exponent == 0) {
      *values = (sign ? -0x1p-9f : 0x1p-9f) * static_cast<float>(fraction);
    } else {
      *values = bit_cast<float>(sign | (exponent + 120) << 23 | fraction << 20);
    }
  }
  static bool valid(const uint8_t* block) { return (*block & 0x7F) != 0x7F; }
};

/// The upper half of a half float: sign, five exponent bits, two fraction bits.
struct F8_E5M2 {
  static constexpr Type type = Type::f8_e5m2;
  static constexpr std::string_view name = "f8_e5m2";
  static constexpr std::string_view summary = "An 8-bit float of safetensors files with 3 significant bits, only read.";
  static constexpr uint32_t block_length = 1, block_bytes = 1, scale_length = 1;
  static constexpr bool quantized = false;
  static constexpr FormatKind kind = FormatKind::number;
  static constexpr Importance importance = Importance::ignored;
  static void decode(const uint8_t* block, float* values) {
    *values = f32_from_f16(static_cast<uint16_t>(*block << 8));
  }
  static bool valid(const uint8_t* block) { return (*block & 0x7C) != 0x7C; }
};

}  // namespace nibble
