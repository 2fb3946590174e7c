#pragma once
#include "codec/fp4_grid.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"
#include "search/exact_fp4.h"

/// Rows with the best stored scales and the levels nearest to every weight, for codebooks whose exact search is fast.
/// V is float or Float4: the same bytes.
namespace nibble {

template <class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, const MXFP4*) {
  constexpr size_t n = MXFP4::block_length;
  for (size_t i = 0; i < length; i += n, blocks += MXFP4::block_bytes) {
    const uint8_t e = exact_fp4::best_e8m0<V>(row + i);
    uint8_t codes[n];
    fp4::round_to_grid<n, V>(row + i, half_of_e8m0(e), largest_magnitude<n, V>(row + i), codes);
    MXFP4::encode(e, codes, blocks);
  }
}

template <class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, const NVFP4*) {
  constexpr int n = NVFP4::scale_length;
  for (size_t i = 0; i < length; i += NVFP4::block_length, blocks += NVFP4::block_bytes) {
    uint8_t scales[NVFP4::sub_blocks], codes[NVFP4::block_length];
    for (int s = 0; s < NVFP4::sub_blocks; ++s) {
      const float* x = row + i + n * s;
      scales[s] = exact_fp4::best_ue4m3<V>(x);
      fp4::round_to_grid<n, V>(x, half_of_ue4m3(scales[s]), largest_magnitude<n, V>(x), codes + n * s);
    }
    NVFP4::encode(scales, codes, blocks);
  }
}

}  // namespace nibble
