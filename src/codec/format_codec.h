#pragma once
#include "codec/codec.h"
#include "formats/grammar_of.h"
#include "numeric/lanes.h"

namespace nibble::NIBBLE_TARGET {

/// Decodes block by block.
template <class F>
void decode_each_block(const uint8_t* blocks, float* values, size_t block_count) {
  for (size_t b = 0; b < block_count; ++b) decode<F>(blocks + b * F::block_bytes, values + b * F::block_length);
}
template <class F>
constexpr Decoder block_decoders[] = {{target_kernel, decode_each_block<F>}};

/// A vector decoder where the target has vectors: Vectors::decode, otherwise block by block.
template <class F, class Vectors>
constexpr Decoder vector_decoders[] = {{target_kernel, [] {
                                          if constexpr (has_vectors) {
                                            return &Vectors::decode;
                                          } else {
                                            return &decode_each_block<F>;
                                          }
                                        }()}};

template <QuantizeRow run>
constexpr Quantizer llama_cpp_quantizers[] = {{llama_cpp, target_kernel, run}};

/// What a format can do beside the searches registered for its kind. The formats of formats/list.h have llama.cpp's
/// method and decoders of their own, in the sources here; another format has what its grammar gives.
template <class F>
Codec codec_for() {
  return {F::type, block_decoders<F>, {}, false};
}

}  // namespace nibble::NIBBLE_TARGET
