#pragma once
#include "codec/codec.h"
#include "formats/code_packing.h"
#include "numeric/lanes.h"

/// The codec of a type that is quantized one super-block at a time. A rule has Format and
/// quantize_block<V>(x, importance, out) for one super-block; V = float is the scalar kernel, V = Float4 the SIMD one.
namespace nibble {

template <class Rule, class V>
void quantize_super_blocks(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t i = 0; i < length; i += super_block, blocks += Rule::Format::block_bytes) {
    Rule::template quantize_block<V>(row + i, importance ? importance + i : nullptr, blocks);
  }
}

/// What codec_for() of a type returns.
template <class Rule>
Codec super_block_codec(std::span<const Decoder> decoders) {
  static constexpr Quantizer quantizers[] = {
      {llama_cpp, Kernel::scalar, quantize_super_blocks<Rule, float>},
#if NIBBLE_SIMD
      {llama_cpp, Kernel::simd, quantize_super_blocks<Rule, Float4>},
#endif
  };
  return {Rule::Format::type, decoders, quantizers, false};
}

}  // namespace nibble
