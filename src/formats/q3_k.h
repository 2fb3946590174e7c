#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q3_K: 256 weights in 110 bytes, 3.4375 bits a weight; 16 sub-blocks of 16, each with a signed 6-bit scale.
///
///   byte   0            32              96              108     110
///         [ high (32 B) | low (64 B)   | scales (12 B) | d:f16 ]
///
/// A code 0..7 is split: two low bits in quad planes (code_packing.h), its high bit is bit i / 32 of high[i % 32].
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
  static constexpr FormatKind kind = FormatKind::super_block_symmetric;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 3, fewest = -32, most = 31;
  static constexpr auto values = integer_levels<-4, 3>();
  static constexpr uint32_t scale_at = 108, low_at = 32, scales_at = 96;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_quad_plane_code(block + low_at, [&](int weight, int low) {
      take(weight, low | (block[weight % 32] >> (weight / 32) & 1) << 2);
    });
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) {
    uint8_t low[super_block];
    for (int i = 0; i < super_block; ++i) low[i] = codes[i] & 3;
    pack_quad_planes(low, block + low_at);
    for (int l = 0; l < 32; ++l) {
      int bits = 0;
      for (int plane = 0; plane < 8; ++plane) bits |= (codes[l + 32 * plane] >> 2) << plane;
      block[l] = static_cast<uint8_t>(bits);
    }
  }

  static void unpack_scales(const uint8_t* block, int32_t* scales) {
    const uint8_t* bytes = block + scales_at;
    for (int j = 0; j < 16; ++j) {
      const int low = j < 8 ? bytes[j] & 15 : bytes[j - 8] >> 4;
      scales[j] = (low | (bytes[8 + j % 4] >> (2 * (j / 4)) & 3) << 4) - 32;
    }
  }
  static void pack_scales(const int32_t* scales, uint8_t* block) {
    const auto low = [&](int j) { return (scales[j] + 32) & 15; };
    const auto high = [&](int j) { return (scales[j] + 32) >> 4; };
    uint8_t* bytes = block + scales_at;
    for (int j = 0; j < 8; ++j) bytes[j] = static_cast<uint8_t>(low(j) | low(j + 8) << 4);
    for (int j = 0; j < 4; ++j) {
      bytes[8 + j] = static_cast<uint8_t>(high(j) | high(j + 4) << 2 | high(j + 8) << 4 | high(j + 12) << 6);
    }
  }
};

}  // namespace nibble
