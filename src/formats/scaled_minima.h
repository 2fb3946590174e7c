#pragma once
#include "formats/grid_range.h"
#include "formats/k_packing.h"
#include "numeric/bits.h"
#include "numeric/half.h"

/// The sixteen bytes Q4_K and Q5_K begin with, which give each of eight sub-blocks of 32 weights its grid:
///
///   byte   0       2          4                      16
///         [ d:f16 | dmin:f16 | s and m (12 bytes, see k_packing.h) ]
///
/// weight = (d * s) * code - dmin * m.
namespace nibble {

struct ScaledMinima {
  static constexpr int sub_blocks = 8;
  float step[sub_blocks], minimum[sub_blocks];

  explicit ScaledMinima(const uint8_t* block) {
    const float d = f32_from_f16(load<uint16_t>(block)), dmin = f32_from_f16(load<uint16_t>(block + 2));
    uint8_t scales[sub_blocks], minima[sub_blocks];
    unpack_scales_and_minima(block + 4, scales, minima);
    for (int j = 0; j < sub_blocks; ++j) {
      step[j] = d * static_cast<float>(scales[j]);
      minimum[j] = dmin * static_cast<float>(minima[j]);
    }
  }

  static bool valid(const uint8_t* block) {
    return f16_is_finite(load<uint16_t>(block)) && f16_is_finite(load<uint16_t>(block + 2));
  }

  static void encode(uint16_t d, uint16_t dmin, const uint8_t* packed_scales, uint8_t* block) {
    store(block, d);
    store(block + 2, dmin);
    for (int j = 0; j < 12; ++j) block[4 + j] = packed_scales[j];
  }

  /// range() of a format with codes 0..`top`.
  void range(int top, float* low, float* high) const {
    for (int j = 0; j < sub_blocks; ++j) {
      grid_range(step[j], -minimum[j], -0.5f, static_cast<float>(top) + 0.5f, low + j, high + j);
    }
  }
};

}  // namespace nibble
