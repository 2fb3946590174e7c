#pragma once
#include "codec/format_codec.h"
#include "formats/code_packing.h"

/// The codec of a type that is quantized one super-block at a time. A block quantizer has Format and
/// quantize_block<V>(x, importance, out) for one super-block.
namespace nibble::NIBBLE_TARGET {

template <class BlockQuantizer>
void quantize_super_blocks(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t i = 0; i < length; i += super_block, blocks += BlockQuantizer::Format::block_bytes) {
    BlockQuantizer::template quantize_block<Lanes>(row + i, importance ? importance + i : nullptr, blocks);
  }
}

/// What codec_for() of a type returns.
template <class BlockQuantizer>
Codec super_block_codec(std::span<const Decoder> decoders) {
  return {BlockQuantizer::Format::type, decoders, llama_cpp_quantizers<quantize_super_blocks<BlockQuantizer>>, false};
}

}  // namespace nibble::NIBBLE_TARGET
