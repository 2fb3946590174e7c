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

extern const Family llama, mixtral, qwen2, qwen2_moe, qwen3, qwen3_moe, gemma2, gemma3, phi3, starcoder2, qwen3_5,
    qwen3_5_moe, qwen3_next, qwen2_vl, qwen3_vl, qwen3_vl_moe, gemma_embedding, gemma3n, gemma4, gpt_oss, mistral3,
    lfm2, lfm2_moe, glm4, glm4_vision, glm4_moe, glm4_moe_lite, deepseek2, nemotron_h, nemotron_h_moe, granite,
    granite_moe, granite_hybrid, granite_4, smollm3, olmo2, falcon_h1, exaone4, cohere2, ernie4_5, ernie4_5_moe,
    hunyuan, hunyuan_untied, minimax_m2, seed_oss, phimoe, stablelm, gpt2, gpt_neox, bert, xlm_roberta, nomic_bert,
    nomic_bert_moe, modern_bert, t5, t5_bare, t5_encoder, mamba2, rwkv7;

}  // namespace nibble::architecture
