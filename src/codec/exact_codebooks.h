#pragma once
#include "codec/fp4_grid.h"
#include "formats/iq4_nl.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"
#include "search/exact_fp4.h"
#include "search/exact_iq4.h"
#include "search/llama_cpp_iq4.h"

/// Rows with the best stored scales and the levels nearest to every weight, for codebooks whose exact search is fast.
/// V is float or Float4: the same bytes.
namespace nibble {

template <class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, Kernel, const MXFP4*) {
  constexpr size_t n = MXFP4::block_length;
  for (size_t i = 0; i < length; i += n, blocks += MXFP4::block_bytes) {
    const uint8_t e = exact_fp4::best_e8m0<V>(row + i);
    uint8_t codes[n];
    fp4::round_to_grid<n, V>(row + i, half_of_e8m0(e), largest_magnitude<n, V>(row + i), codes);
    MXFP4::encode(e, codes, blocks);
  }
}

template <class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, Kernel, const NVFP4*) {
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

template <class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, Kernel kernel, const IQ4_NL*) {
  constexpr int n = IQ4_NL::block_length, lanes = lane_count<V>;
  thread_local ExactIq4 search(kernel);
  for (size_t i = 0; i < length; i += n, blocks += IQ4_NL::block_bytes) {
    const float scale = search.best_scale(row + i);
    const V inverse(scale != 0.0f ? 1.0f / scale : 0.0f);
    V y[n / lanes];
    for (int k = 0; k < n / lanes; ++k) y[k] = load_run<V>(row + i + k * lanes) * inverse;
    uint8_t codes[n];
    llama_cpp_search::nearest_iq4_codes<n / lanes>(y, codes);
    IQ4_NL::encode(f16_from_f32(scale), codes, blocks);
  }
}

}  // namespace nibble
