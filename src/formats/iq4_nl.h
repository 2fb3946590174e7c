#pragma once
#include "formats/format.h"
#include "formats/grid_range.h"
#include "numeric/half.h"
#include "numeric/value_tables.h"

namespace nibble {

/// IQ4_NL: 32 weights in 18 bytes, 4.5 bits a weight; sixteen unevenly spaced values instead of even steps.
///
///   byte   0  1  2               17
///         [ d:f16 | c16:c0 .. c31:c15 ]      low nibble: weights 0..15, high nibble: weights 16..31
///
/// weight = d * iq4_values[code] (numeric/value_tables.h).
/// Example: d = 0.5, first byte 0x80: weight 0 = 0.5 * -127 = -63.5, weight 16 = 0.5 * 1 = 0.5.
struct IQ4_NL {
  static constexpr Type type = Type::iq4_nl;
  static constexpr std::string_view name = "iq4_nl";
  static constexpr std::string_view summary =
      "Sixteen uneven levels that fit bell-shaped weights better than Q4_0 at the same size; works for any row length "
      "that is a multiple of 32.";
  static constexpr uint32_t block_length = 32, block_bytes = 18, scale_length = 32;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;

  static void decode(const uint8_t* block, float* values) {
    const float d = f32_from_f16(load<uint16_t>(block));
    for (int j = 0; j < 16; ++j) {
      const int codes = block[2 + j];
      values[j] = d * static_cast<float>(iq4_values[codes & 15]);
      values[j + 16] = d * static_cast<float>(iq4_values[codes >> 4]);
    }
  }

  /// Packs a stored scale and 32 codes (0..15).
  static void encode(uint16_t d, const uint8_t* codes, uint8_t* block) {
    store(block, d);
    for (int j = 0; j < 16; ++j) block[2 + j] = static_cast<uint8_t>(codes[j] | codes[j + 16] << 4);
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    grid_range(f32_from_f16(load<uint16_t>(block)), 0.0f, -138.5f, 125.0f, low, high);
  }
};

}  // namespace nibble
