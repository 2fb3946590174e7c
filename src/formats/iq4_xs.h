#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/half.h"
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
  static constexpr int sub_blocks = 8;

  static void decode(const uint8_t* block, float* values) {
    for (int b = 0; b < sub_blocks; ++b) {
      const float step = step_of(block, b);
      const uint8_t* codes = block + 8 + 16 * b;
      for (int j = 0; j < 16; ++j) {
        values[32 * b + j] = step * static_cast<float>(iq4_values[codes[j] & 15]);
        values[32 * b + 16 + j] = step * static_cast<float>(iq4_values[codes[j] >> 4]);
      }
    }
  }

  /// Packs the stored scale, 8 scale codes (0..63) and 256 codes (0..15).
  static void encode(uint16_t d, const uint8_t* scale_codes, const uint8_t* codes, uint8_t* block) {
    int high = 0;
    for (int b = 0; b < sub_blocks; ++b) high |= (scale_codes[b] >> 4) << (2 * b);
    store(block, d);
    store(block + 2, static_cast<uint16_t>(high));
    for (int pair = 0; pair < 4; ++pair) {
      block[4 + pair] = static_cast<uint8_t>((scale_codes[2 * pair] & 15) | (scale_codes[2 * pair + 1] & 15) << 4);
    }
    for (int b = 0; b < sub_blocks; ++b) {
      const uint8_t* from = codes + 32 * b;
      for (int j = 0; j < 16; ++j) block[8 + 16 * b + j] = static_cast<uint8_t>(from[j] | from[16 + j] << 4);
    }
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    for (int b = 0; b < sub_blocks; ++b) grid_range(step_of(block, b), 0.0f, -138.5f, 125.0f, low + b, high + b);
  }

 private:
  static float step_of(const uint8_t* block, int b) {
    const int low = (block[4 + b / 2] >> (4 * (b % 2))) & 15, high = (load<uint16_t>(block + 2) >> (2 * b)) & 3;
    return f32_from_f16(load<uint16_t>(block)) * static_cast<float>((low | high << 4) - 32);
  }
};

}  // namespace nibble
