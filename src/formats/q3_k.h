#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/half.h"

namespace nibble {

/// Q3_K: 256 weights in 110 bytes, 3.4375 bits a weight; 16 sub-blocks of 16, each with a signed 6-bit scale.
///
///   byte   0            32              96              108     110
///         [ high (32 B) | low (64 B)   | scales (12 B) | d:f16 ]
///
/// A code 0..7 is split: its two low bits are in quad planes (k_packing.h), its high bit is bit i / 32 of high[i % 32].
/// Scale codes 0..63: four low bits in a nibble of scales[j % 8] (low nibble for j < 8), two high bits at bits
/// 2 * (j / 4) of scales[8 + j % 4]. weight = (d * (scale code - 32)) * (code - 4).
/// Example: d = 0.5, scale code 34: the grid is 1 * (code - 4): -4 .. 3.
struct Q3_K {
  static constexpr Type type = Type::q3_K;
  static constexpr std::string_view name = "q3_K";
  static constexpr std::string_view summary =
      "Eight levels per weight around zero; for when 4 bits do not fit, with a clear loss of quality.";
  static constexpr uint32_t block_length = super_block, block_bytes = 110, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr int sub_blocks = 16;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block + 108));
    uint8_t scale_codes[16], codes[super_block];
    unpack_scales(block, scale_codes);
    unpack_quad_planes(block + 32, codes);
    for (int i = 0; i < super_block; ++i) {
      const int code = codes[i] | ((block[i % 32] >> (i / 32)) & 1) << 2;
      values[i] = (d * static_cast<float>(scale_codes[i / 16] - 32)) * static_cast<float>(code - 4);
    }
  }

  /// Packs the stored scale, 16 scale codes (0..63) and 256 codes (0..7).
  static void encode(uint16_t d, const uint8_t* scale_codes, const uint8_t* codes, uint8_t* block) {
    uint8_t low[super_block];
    for (int i = 0; i < super_block; ++i) low[i] = codes[i] & 3;
    pack_quad_planes(low, block + 32);
    for (int l = 0; l < 32; ++l) {
      int bits = 0;
      for (int plane = 0; plane < 8; ++plane) bits |= (codes[l + 32 * plane] >> 2) << plane;
      block[l] = static_cast<uint8_t>(bits);
    }
    uint8_t* scales = block + 96;
    for (int j = 0; j < 8; ++j)
      scales[j] = static_cast<uint8_t>((scale_codes[j] & 15) | (scale_codes[j + 8] & 15) << 4);
    for (int j = 0; j < 4; ++j) {
      scales[8 + j] = static_cast<uint8_t>((scale_codes[j] >> 4) | (scale_codes[j + 4] >> 4) << 2 |
                                           (scale_codes[j + 8] >> 4) << 4 | (scale_codes[j + 12] >> 4) << 6);
    }
    store(block + 108, d);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block + 108)); }

  static void range(const uint8_t* block, float* low, float* high) {
    const float d = f32_from_f16(load<uint16_t>(block + 108));
    uint8_t scale_codes[16];
    unpack_scales(block, scale_codes);
    for (int j = 0; j < sub_blocks; ++j) {
      grid_range(d * static_cast<float>(scale_codes[j] - 32), 0.0f, -4.5f, 3.5f, low + j, high + j);
    }
  }

 private:
  static void unpack_scales(const uint8_t* block, uint8_t* scale_codes) {
    const uint8_t* scales = block + 96;
    for (int j = 0; j < 16; ++j) {
      const int low = j < 8 ? scales[j] & 15 : scales[j - 8] >> 4;
      scale_codes[j] = static_cast<uint8_t>(low | ((scales[8 + j % 4] >> (2 * (j / 4))) & 3) << 4);
    }
  }
};

}  // namespace nibble
