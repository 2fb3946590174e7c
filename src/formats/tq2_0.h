#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/half.h"

namespace nibble {

/// TQ2_0: 256 weights in 66 bytes, 2.0625 bits a weight; the values of TQ1_0, two bits each.
///
///   byte   0               64      66
///         [ codes (64 B)  | d:f16 ]
///
/// Codes are quad planes (k_packing.h). weight = (code - 1) * d, codes 0..2.
/// Example: d = 0.5, first byte 0x86: weight 0 is code 2 = 0.5, weight 32 code 1 = 0, weight 64 code 0 = -0.5.
struct TQ2_0 {
  static constexpr Type type = Type::tq2_0;
  static constexpr std::string_view name = "tq2_0";
  static constexpr std::string_view summary =
      "Three values per weight, packed for speed; only for models trained with ternary weights.";
  static constexpr uint32_t block_length = super_block, block_bytes = 66, scale_length = super_block;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::ignored;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block + 64));
    uint8_t codes[super_block];
    unpack_quad_planes(block, codes);
    for (int i = 0; i < super_block; ++i) values[i] = static_cast<float>(codes[i] - 1) * d;
  }

  /// Packs a stored scale and 256 codes (0..2).
  static void encode(uint16_t d, const uint8_t* codes, uint8_t* block) {
    pack_quad_planes(codes, block);
    store(block + 64, d);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block + 64)); }

  /// Code 3 decodes to 2 d, but no quantizer writes it: the range is that of -d, 0, d.
  static void range(const uint8_t* block, float* low, float* high) {
    grid_range(f32_from_f16(load<uint16_t>(block + 64)), 0.0f, -1.5f, 1.5f, low, high);
  }
};

}  // namespace nibble
