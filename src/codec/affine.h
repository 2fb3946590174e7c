#pragma once
#include <cfloat>
#include <cstddef>
#include <cstdint>

#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/rounding.h"
#include "search/llama_cpp_affine.h"

/// Q4_1 and Q5_1: one scale and one minimum per block, codes 0..N.
namespace nibble {

/// What distinguishes the two: N is 15 or 31.
template <class F, int N>
struct Affine {
  static constexpr size_t length = F::block_length, block_bytes = F::block_bytes;

  /// llama.cpp's rule: N equal steps from the smallest weight to the largest. The codes follow scale and minimum before
  /// they are rounded to half precision. Codes above N do not occur, so Q4_1's and Q5_1's different treatment of them
  /// does not show: a step so small that its inverse overflows turns every code into 0.
  static void quantize_block(const float* x, uint8_t* block) {
    float min = FLT_MAX, max = -FLT_MAX;
    for (size_t j = 0; j < length; ++j) {
      if (x[j] < min) min = x[j];
      if (x[j] > max) max = x[j];
    }
    const float d = (max - min) / static_cast<float>(N);
    const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    uint8_t codes[length];
    for (size_t j = 0; j < length; ++j) {
      codes[j] = static_cast<uint8_t>(std::min<int>(N, truncate_to_i8((x[j] - min) * inverse + 0.5f)));
    }
    encode<F>(f16_from_f32(d), f16_from_f32(min), codes, block);
  }

  /// With importance: the best of 38 scales and minima, for one block or one per lane.
  template <class V>
  static void weighted_blocks(const V* x, const V* w, uint8_t* blocks) {
    namespace search = llama_cpp_search;
    V levels[length];
    const auto fit =
        search::fit_affine<length, N, search::Deviation::squared>(x, w, search::weighted_affine_grid, levels);
    float scales[lane_count<V>], minima[lane_count<V>];
    uint8_t codes[lane_count<V> * length];
    store_run(fit.scale, scales);
    store_run(-fit.minimum, minima);
    store_levels<length>(levels, length, codes);
    for (size_t b = 0; b < lane_count<V>; ++b) {
      encode<F>(f16_from_f32(scales[b]), f16_from_f32(minima[b]), codes + length * b, blocks + block_bytes * b);
    }
  }
};

}  // namespace nibble
