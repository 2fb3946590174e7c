#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "numeric/half.h"

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

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    for (int j = 0; j < 128; ++j) values[j] = (block[2 + j / 8] >> (j % 8)) & 1 ? d : -d;
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    grid_range(f32_from_f16(load<uint16_t>(block)), 0.0f, -2.0f, 2.0f, low, high);
  }
};

}  // namespace nibble
