#pragma once
#include "codec/point_decoders.h"
#include "codec/super_block_codec.h"
#include "numeric/lanes.h"
#include "search/llama_cpp_weights.h"

/// What the quantizers of all codebook types (IQ2, IQ3, IQ1) share. A type is described by a block quantizer with
/// Format and energy (sigma2 = energy * sum x^2 / 256), plain_weight() where importance is optional, and
/// quantize_block() as super_block_codec.h has it.
namespace nibble::NIBBLE_TARGET::iq_codec {

template <class BlockQuantizer>
inline float sigma2_of(const float* x) {
  return BlockQuantizer::energy * llama_cpp_search::sum_of_squares(x, 256) / 256.0f;
}

/// The weights of the squared errors of n weights; `importance` may be null where it is optional.
template <class BlockQuantizer, class V, int n>
inline void weigh(const float* x, const float* importance, float sigma2, float* w) {
  for (int i = 0; i < n; i += lane_count<V>) {
    const V value = load_run<V>(x + i);
    V weight(0.0f);
    if (importance) {
      const V q = load_run<V>(importance + i);
      llama_cpp_search::importance_weights<1>(&value, &q, V(sigma2), &weight);
    } else if constexpr (BlockQuantizer::Format::importance != Importance::required) {
      weight = BlockQuantizer::plain_weight(value, V(sigma2));
    }
    store_run(weight, w + i);
  }
}

inline float largest_magnitude(const float* x, int n) {
  float largest = 0.0f;
  for (int i = 0; i < n; ++i) largest = higher_of(largest, absolute(x[i]));
  return largest;
}

/// Scale codes 0..highest of the sub-blocks: a code stands for (2 * code + 1) / inverse.
inline void code_scales(const float* scales, int count, float inverse, int highest, uint8_t* codes) {
  for (int b = 0; b < count; ++b) {
    codes[b] = static_cast<uint8_t>(clamp(nearest_int(0.5f * (inverse * scales[b] - 1.0f)), 0, highest));
  }
}

/// What codec_for() of a type returns.
template <class BlockQuantizer>
Codec codec() {
  using F = typename BlockQuantizer::Format;
  if constexpr (requires { F::magnitudes; }) {
    return super_block_codec<BlockQuantizer>(vector_decoders<F, PointVectors<F>>);
  } else {
    return super_block_codec<BlockQuantizer>(vector_decoders<F, ShiftedPointVectors<F>>);
  }
}

}  // namespace nibble::NIBBLE_TARGET::iq_codec
