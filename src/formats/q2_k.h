#pragma once
#include "formats/code_packing.h"
#include "formats/format.h"
#include "formats/grammar.h"

namespace nibble {

/// Q2_K: 256 weights in 84 bytes, 2.625 bits a weight; 16 sub-blocks of 16, each with a 4-bit scale and minimum.
///
///   byte   0          16               80       82       84
///         [ m:s x 16 | codes (64 B)   | d:f16 | dmin:f16 ]      m:s = minimum code (high nibble), scale code (low)
///
/// Codes are quad planes (code_packing.h). weight = (d * s) * code - dmin * m, codes 0..3.
/// Example: d = 0.5, dmin = 0.25, m:s = 0x21: the grid is 0.5 * code - 0.5: -0.5, 0, 0.5, 1.
struct Q2_K {
  static constexpr Type type = Type::q2_K;
  static constexpr std::string_view name = "q2_K";
  static constexpr std::string_view summary =
      "Four levels per weight with scale and minimum per 16; small, at a visible loss of quality.";
  static constexpr uint32_t block_length = super_block, block_bytes = 84, scale_length = 16;
  static constexpr bool quantized = true;
  static constexpr Importance importance = Importance::optional;
  static constexpr FormatKind kind = FormatKind::super_block_minima;
  static constexpr Storage storage = Storage::f16;
  static constexpr int code_bits = 2, fewest = 0, most = 15;
  static constexpr auto values = integer_levels<0, 3>();
  static constexpr uint32_t scale_at = 80, minimum_at = 82, codes_at = 16, code_bytes = 64;

  template <class Take>
  static void each_code(const uint8_t* block, Take take) {
    each_quad_plane_code(block + codes_at, take);
  }
  static void pack_codes(const uint8_t* codes, uint8_t* block) { pack_quad_planes(codes, block + codes_at); }

  static void unpack_scales(const uint8_t* block, int32_t* scales, int32_t* minima) {
    for (int j = 0; j < 16; ++j) {
      scales[j] = block[j] & 15;
      minima[j] = block[j] >> 4;
    }
  }
  static void pack_scales(const int32_t* scales, const int32_t* minima, uint8_t* block) {
    for (int j = 0; j < 16; ++j) block[j] = static_cast<uint8_t>(scales[j] | minima[j] << 4);
  }
};

}  // namespace nibble
