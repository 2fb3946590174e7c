#pragma once
#include "numeric/lanes.h"
#include "search/llama_cpp_weights.h"

/// The weighted quantizers of the formats with 32 weights per block: a scale search per block over weights that depend
/// on the mean square of the whole row.
namespace nibble {

/// `Rule::weighted_blocks<V>(x, w, blocks)` quantizes the lane_count<V> blocks whose weights and error weights are
/// given (weight i of every lane at [i]). V is float or Float4; what is left at the end of a row goes one block at a
/// time.
template <class Rule, class V>
void quantize_weighted_row(const float* row, uint8_t* blocks, size_t row_length, const float* importance) {
  namespace search = llama_cpp_search;
  constexpr int length = Rule::length;
  const size_t block_count = row_length / length;
  const float sigma2 = search::sum_of_squares(row, row_length) / static_cast<float>(row_length);
  size_t b = 0;
  const auto quantize_next = [&](auto lane) {
    using Lanes = decltype(lane);
    Lanes x[length], q[length], w[length];
    load_lanes<length>(row + length * b, length, x);
    load_lanes<length>(importance + length * b, length, q);
    search::importance_weights<length>(x, q, Lanes(sigma2), w);
    Rule::weighted_blocks(x, w, blocks + Rule::block_bytes * b);
    b += lane_count<Lanes>;
  };
  while (b + lane_count<V> <= block_count) quantize_next(V());
  while (b < block_count) quantize_next(float());
}

}  // namespace nibble
