#pragma once
#include "architecture/family.h"

/// The families, each declared in the file of its name.
namespace nibble::architecture {

/// The tensors outside of the layers that most families have.
constexpr TensorRule decoder_globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", Size::embedding, Size::vocabulary},
    {"model.norm.weight", "output_norm.weight", Size::embedding},
    {"lm_head.weight", "output.weight", Size::embedding, Size::vocabulary, Need::unless_tied},
};

extern const Family llama, mixtral, qwen2, qwen2_moe, qwen3, qwen3_moe, gemma2, gemma3, phi3, starcoder2;

}  // namespace nibble::architecture
