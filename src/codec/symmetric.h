#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/rounding.h"
#include "search/llama_cpp_symmetric.h"

/// Q4_0 and Q5_0: one signed scale per block, codes 0..2N-1 standing for -N..N-1.
namespace nibble {

/// What distinguishes the two: N is 8 or 16.
template <class F, int N>
struct Symmetric {
  static constexpr size_t length = F::block_length, block_bytes = F::block_bytes;

  /// The weight of largest magnitude, with its sign; the first of equal magnitudes; +0 when all are zero.
  static float signed_max(const float* x) {
    float amax = 0.0f, max = 0.0f;
    for (size_t j = 0; j < length; ++j) {
      if (std::fabs(x[j]) > amax) {
        amax = std::fabs(x[j]);
        max = x[j];
      }
    }
    return max;
  }

  /// llama.cpp's rule: the weight of largest magnitude becomes code 0 (-N). The codes follow the scale before it is
  /// rounded to half precision.
  static void quantize_block(const float* x, uint8_t* block) {
    const float d = signed_max(x) / -static_cast<float>(N);
    const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    uint8_t codes[length];
    for (size_t j = 0; j < length; ++j) {
      codes[j] = static_cast<uint8_t>(std::min<int>(2 * N - 1, truncate_to_i8(x[j] * inverse + (N + 0.5f))));
    }
    encode<F>(f16_from_f32(d), codes, block);
  }

  /// With importance: the best of nineteen scales, for one block or one per lane.
  template <class V>
  static void weighted_blocks(const V* x, const V* w, uint8_t* blocks) {
    V levels[length];
    const V d = llama_cpp_search::fit_symmetric<length, N>(x, w, levels);
    float scales[lane_count<V>];
    uint8_t codes[lane_count<V> * length];
    store_run(d, scales);
    store_levels<length>(levels, length, codes);
    for (size_t b = 0; b < lane_count<V>; ++b) {
      encode<F>(f16_from_f32(scales[b]), codes + length * b, blocks + block_bytes * b);
    }
  }
};

}  // namespace nibble
