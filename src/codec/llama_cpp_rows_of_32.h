#pragma once
#include "codec/format_codec.h"
#include "search/llama_cpp_weights.h"

/// The quantizers by rows of Q4_0, Q4_1, Q5_0 and Q5_1, which have 32 weights per block. With importance, a scale
/// search per block runs over weights that depend on the mean square of the whole row; without, each block stands for
/// itself.
///
/// A BlockQuantizer (Symmetric or Affine) has `length`, `block_bytes`, quantize_block() and weighted_blocks(); its
/// vector form has the BlockQuantizer as `Scalar`, quantize_four() and decode().
namespace nibble::NIBBLE_TARGET {

/// `BlockQuantizer::weighted_blocks<V>(x, w, blocks)` quantizes the lane_count<V> blocks whose weights and error
/// weights are given (weight i of every lane at [i]). V is float or Float4; what is left at the end of a row goes one
/// block at a time.
template <class BlockQuantizer, class V>
void quantize_weighted_row(const float* row, uint8_t* blocks, size_t row_length, const float* importance) {
  namespace search = llama_cpp_search;
  constexpr int length = BlockQuantizer::length;
  const size_t block_count = row_length / length;
  const float sigma2 = search::sum_of_squares(row, row_length) / static_cast<float>(row_length);
  size_t b = 0;
  const auto quantize_next = [&](auto lane) {
    using W = decltype(lane);
    W x[length], q[length], w[length];
    load_lanes<length>(row + length * b, length, x);
    load_lanes<length>(importance + length * b, length, q);
    search::importance_weights<length>(x, q, W(sigma2), w);
    BlockQuantizer::weighted_blocks(x, w, blocks + BlockQuantizer::block_bytes * b);
    b += lane_count<W>;
  };
  while (b + lane_count<V> <= block_count) quantize_next(V());
  while (b < block_count) quantize_next(float());
}

template <class Vectors>
void quantize_row(const float* row, uint8_t* blocks, size_t row_length, const float* importance) {
  using BlockQuantizer = typename Vectors::Scalar;
  if (importance) return quantize_weighted_row<BlockQuantizer, Lanes>(row, blocks, row_length, importance);
  size_t b = 0;
  if constexpr (has_vectors) {
    for (; b + 4 <= row_length / BlockQuantizer::length; b += 4) {
      Vectors::quantize_four(row + BlockQuantizer::length * b, blocks + BlockQuantizer::block_bytes * b);
    }
  }
  for (; b < row_length / BlockQuantizer::length; ++b) {
    BlockQuantizer::quantize_block(row + BlockQuantizer::length * b, blocks + BlockQuantizer::block_bytes * b);
  }
}

/// What codec_for() of the four returns.
template <class F, class Vectors>
Codec codec_of_32() {
  return {F::type, vector_decoders<F, Vectors>, llama_cpp_quantizers<quantize_row<Vectors>>, true};
}

}  // namespace nibble::NIBBLE_TARGET
