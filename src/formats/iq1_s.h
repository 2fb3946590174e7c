#pragma once
#include "formats/iq_codes.h"
#include "formats/point_grammar.h"

namespace nibble {

/// IQ1_S: 256 weights in 50 bytes, 1.5625 bits a weight. Sub-blocks of 32, groups of 8.
///
///   byte   0  1  2           34                   50
///         [ d:f16 | i0 .. i31 | h0:u16 .. h7:u16   ]
///         h: bits 0-2, 3-5, 6-8, 9-11 upper bits of the four groups' codebook positions, bits 12-14 scale code,
///         bit 15 set when the shift is negative
///
/// weight = d * (2 * code + 1) * (value + shift), value -1, 0 or 1 by the level of the codebook point, shift +-1/8.
/// Example: d = 1, i0 = 1, h0 = 0 (levels 2 0 0 0 0 0 0 0): weights 1.125, -0.875, .., -0.875.
struct IQ1_S {
  static constexpr Type type = Type::iq1_s;
  static constexpr std::string_view name = "iq1_s";
  static constexpr std::string_view summary =
      "1.56 bits a weight: three shifted levels from a codebook of 2048 points; needs an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 50, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::required;
  static constexpr auto& codebook = iq1_codebook;

  /// Calls take(point, position, scale, shift) for every point of a block, in order.
  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    for (int b = 0; b < 8; ++b) {
      const float of_run = scale(block, b), moved = shift(block, b);
      for (int g = 0; g < 4; ++g)
        take(4 * b + g, block[2 + 4 * b + g] | (high(block, b) >> (3 * g) & 7) << 8, of_run, moved);
    }
  }
  static void decode(const uint8_t* block, float* values) {
    each_point(block, [&](int point, int position, float of_run, float moved) {
      iq::decode_point_iq1(codebook[position], of_run, moved, values + 8 * point);
    });
  }

  /// Packs positions (0..2047), one shift sign per sub-block (signs[0..7]) and scale codes (0..7).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    store(block, d);
    for (int g = 0; g < 32; ++g) block[2 + g] = static_cast<uint8_t>(codes.index[g]);
    for (int b = 0; b < 8; ++b) {
      int packed = codes.scale[b] << 12 | codes.signs[b] << 15;
      for (int j = 0; j < 4; ++j) packed |= codes.index[4 * b + j] >> 8 << (3 * j);
      store(block + 34 + 2 * b, static_cast<uint16_t>(packed));
    }
  }

  /// The inverse; gives d.
  static uint16_t unpack(const uint8_t* block, IqCodes& codes) {
    codes = {};
    for (int g = 0; g < 32; ++g) {
      codes.index[g] = static_cast<uint16_t>(block[2 + g] | (high(block, g / 4) >> (3 * (g % 4)) & 7) << 8);
    }
    for (int b = 0; b < 8; ++b) {
      codes.scale[b] = static_cast<uint8_t>(high(block, b) >> 12 & 7);
      codes.signs[b] = static_cast<uint8_t>(high(block, b) >> 15);
    }
    return load<uint16_t>(block);
  }
  static float step(float d, int code) { return d * static_cast<float>(2 * code + 1); }
  static constexpr PointGrammar grammar() {
    return {codebook, 8, 2, iq::values_iq1, false, &unpack, &encode, &step, scale_length};
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* top) {
    for (int b = 0; b < 8; ++b) {
      const float s = scale(block, b), center = shift(block, b);
      iq::ordered_range(s * (center - 1.5f), s * (center + 1.5f), low + b, top + b);
    }
  }

 private:
  static int high(const uint8_t* block, int b) { return load<uint16_t>(block + 34 + 2 * b); }
  static float scale(const uint8_t* block, int b) {
    return step(f32_from_f16(load<uint16_t>(block)), high(block, b) >> 12 & 7);
  }
  static float shift(const uint8_t* block, int b) { return high(block, b) & 0x8000 ? -iq::iq1_shift : iq::iq1_shift; }
};

}  // namespace nibble
