#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "numeric/scale_floats.h"
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

  static void decode(const uint8_t* block, float* values) {
    const float d = half_of_e8m0(block[0]);
    for (int j = 0; j < 16; ++j) {
      values[j] = static_cast<float>(fp4_values[block[1 + j] & 15]) * d;
      values[j + 16] = static_cast<float>(fp4_values[block[1 + j] >> 4]) * d;
    }
  }

  /// Packs a stored exponent and 32 codes (0..15).
  static void encode(uint8_t e, const uint8_t* codes, uint8_t* block) {
    block[0] = e;
    for (int j = 0; j < 16; ++j) block[1 + j] = static_cast<uint8_t>(codes[j] | codes[j + 16] << 4);
  }

  static bool valid(const uint8_t* block) { return block[0] != 0xFF; }

  static void range(const uint8_t* block, float* low, float* high) {
    grid_range(half_of_e8m0(block[0]), 0.0f, -14.0f, 14.0f, low, high);
  }
};

}  // namespace nibble
