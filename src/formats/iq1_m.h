#pragma once
#include "formats/iq_codes.h"
#include "formats/point_grammar.h"

namespace nibble {

/// IQ1_M: 256 weights in 56 bytes, 1.75 bits a weight. Sub-blocks of 16, groups of 8, a shift per group.
///
///   byte   0           32             48                   56
///         [ i0 .. i31   | h1h0 .. :16   | c0:u16 .. c3:u16   ]
///         h: a nibble a group, the even group low: bits 0-2 upper bits of the codebook position, bit 3 set when the
///         shift is negative
///         c: bits 0-2, 3-5, 6-8, 9-11 scale codes of four sub-blocks, bits 12-15 a quarter of the scale d:f16, the
///         lowest quarter in c0
///
/// weight = d * (2 * code + 1) * (value + shift), value -1, 0 or 1 by the level of the codebook point, shift +-1/8.
/// Example: d = 1 (0x3C00), so c2 = 0xC000 and c3 = 0x3000; i0 = 1, h0 = 8: weights 0.875, -1.125, .., -1.125.
struct IQ1_M {
  static constexpr Type type = Type::iq1_m;
  static constexpr std::string_view name = "iq1_m";
  static constexpr std::string_view summary =
      "1.75 bits a weight: three shifted levels from a codebook of 2048 points; poor without an importance matrix.";
  static constexpr uint32_t block_length = 256, block_bytes = 56, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr FormatKind kind = FormatKind::codebook;
  static constexpr Importance importance = Importance::optional;
  static constexpr auto& codebook = iq1_codebook;

  /// Calls take(point, position, scale, shift) for every point of a block, in order.
  template <class Take>
  static void each_point(const uint8_t* block, Take take) {
    const float d = f32_from_f16(stored_scale(block));
    for (int b = 0; b < 16; ++b) {
      const float of_run = step(d, scale_code(block, b));
      for (int g = 2 * b; g < 2 * b + 2; ++g) take(g, block[g] | (high(block, g) & 7) << 8, of_run, shift(block, g));
    }
  }
  static void decode(const uint8_t* block, float* values) {
    each_point(block, [&](int point, int position, float of_run, float moved) {
      iq::decode_point_iq1(codebook[position], of_run, moved, values + 8 * point);
    });
  }

  /// Packs positions (0..2047), one shift sign per group (signs[0..31]) and scale codes (0..7).
  static void encode(uint16_t d, const IqCodes& codes, uint8_t* block) {
    for (int g = 0; g < 32; ++g) block[g] = static_cast<uint8_t>(codes.index[g]);
    for (int b = 0; b < 16; ++b) {
      const int low = codes.index[2 * b] >> 8 | codes.signs[2 * b] << 3;
      const int upper = codes.index[2 * b + 1] >> 8 | codes.signs[2 * b + 1] << 3;
      block[32 + b] = static_cast<uint8_t>(low | upper << 4);
    }
    for (int q = 0; q < 4; ++q) {
      int packed = (d >> (4 * q) & 15) << 12;
      for (int j = 0; j < 4; ++j) packed |= codes.scale[4 * q + j] << (3 * j);
      store(block + 48 + 2 * q, static_cast<uint16_t>(packed));
    }
  }

  /// The inverse; gives d.
  static uint16_t unpack(const uint8_t* block, IqCodes& codes) {
    codes = {};
    for (int g = 0; g < 32; ++g) {
      codes.index[g] = static_cast<uint16_t>(block[g] | (high(block, g) & 7) << 8);
      codes.signs[g] = static_cast<uint8_t>(high(block, g) >> 3);
    }
    for (int b = 0; b < 16; ++b) codes.scale[b] = static_cast<uint8_t>(scale_code(block, b));
    return stored_scale(block);
  }
  static float step(float d, int code) { return d * static_cast<float>(2 * code + 1); }
  static constexpr PointGrammar grammar() {
    return {codebook, 8, 2, iq::values_iq1, false, &unpack, &encode, &step, 8};
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(stored_scale(block)); }

  static void range(const uint8_t* block, float* low, float* top) {
    for (int b = 0; b < 16; ++b) {
      const float s = scale(block, b), first = shift(block, 2 * b), second = shift(block, 2 * b + 1);
      const float down = first < second ? first : second, up = first < second ? second : first;
      iq::ordered_range(s * (down - 1.5f), s * (up + 1.5f), low + b, top + b);
    }
  }

 private:
  static uint16_t stored_scale(const uint8_t* block) {
    int d = 0;
    for (int q = 0; q < 4; ++q) d |= load<uint16_t>(block + 48 + 2 * q) >> 12 << (4 * q);
    return static_cast<uint16_t>(d);
  }
  static int high(const uint8_t* block, int g) { return block[32 + g / 2] >> (4 * (g % 2)) & 15; }
  static int scale_code(const uint8_t* block, int b) {
    return load<uint16_t>(block + 48 + 2 * (b / 4)) >> (3 * (b % 4)) & 7;
  }
  static float scale(const uint8_t* block, int b) {
    return step(f32_from_f16(stored_scale(block)), scale_code(block, b));
  }
  static float shift(const uint8_t* block, int g) { return high(block, g) & 8 ? -iq::iq1_shift : iq::iq1_shift; }
};

}  // namespace nibble
