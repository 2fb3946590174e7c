#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/half.h"

namespace nibble {

/// Q2_K: 256 weights in 84 bytes, 2.625 bits a weight; 16 sub-blocks of 16, each with a 4-bit scale and minimum.
///
///   byte   0          16               80       82       84
///         [ m:s x 16 | codes (64 B)   | d:f16 | dmin:f16 ]      m:s = minimum code (high nibble), scale code (low)
///
/// Codes are quad planes (k_packing.h). weight = (d * s) * code - dmin * m, codes 0..3.
/// Example: d = 0.5, dmin = 0.25, m:s = 0x21: the grid is 0.5 * code - 0.5: -0.5, 0, 0.5, 1.
struct Q2_K {
  static constexpr Type type = Type::q2_K;
  static constexpr std::string_view name = "q2_K";
  static constexpr std::string_view summary =
      "Four levels per weight with scale and minimum per 16; small, at a visible loss of quality.";
  static constexpr uint32_t block_length = super_block, block_bytes = 84, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr int sub_blocks = 16;

  static void decode(const uint8_t* block, float* values) {
    const float d = scale_of(block), dmin = minimum_of(block);
    uint8_t codes[super_block];
    unpack_quad_planes(block + 16, codes);
    for (int i = 0; i < super_block; ++i) {
      const int code = block[i / 16];
      values[i] =
          (d * static_cast<float>(code & 15)) * static_cast<float>(codes[i]) - dmin * static_cast<float>(code >> 4);
    }
  }

  /// Packs the stored scales, 16 bytes m:s and 256 codes (0..3).
  static void encode(uint16_t d, uint16_t dmin, const uint8_t* scale_codes, const uint8_t* codes, uint8_t* block) {
    for (int j = 0; j < 16; ++j) block[j] = scale_codes[j];
    pack_quad_planes(codes, block + 16);
    store(block + 80, d);
    store(block + 82, dmin);
  }

  static bool valid(const uint8_t* block) {
    return f16_is_finite(load<uint16_t>(block + 80)) && f16_is_finite(load<uint16_t>(block + 82));
  }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = scale_of(block), dmin = minimum_of(block);
    for (int j = 0; j < sub_blocks; ++j) {
      grid_range(d * static_cast<float>(block[j] & 15), -(dmin * static_cast<float>(block[j] >> 4)), -0.5f, 3.5f,
                 low + j, high + j);
    }
  }

 private:
  static float scale_of(const uint8_t* block) { return f32_from_f16(load<uint16_t>(block + 80)); }
  static float minimum_of(const uint8_t* block) { return f32_from_f16(load<uint16_t>(block + 82)); }
};

}  // namespace nibble
