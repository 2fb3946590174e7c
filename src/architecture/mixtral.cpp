#include "architecture/families.h"

/// Mixtral: Mistral with experts in place of one feed-forward network; llama.cpp's architecture is Llama's.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"MixtralForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 1e6}, {"num_experts_per_tok", 2}};
constexpr Parameter parameters[] = {
    {"vocab_size", "vocab_size", ValueType::u32},
    {"expert_count", "num_local_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries, Need::always, Rows::query_heads},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys, Need::always, Rows::key_heads},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"block_sparse_moe.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    {"block_sparse_moe.experts.#.w1.weight", "ffn_gate_exps.weight", embedding, feed_forward},
    {"block_sparse_moe.experts.#.w2.weight", "ffn_down_exps.weight", feed_forward, embedding},
    {"block_sparse_moe.experts.#.w3.weight", "ffn_up_exps.weight", embedding, feed_forward},
};

void finish(const Conversion& conversion) { conversion.set_u32("rope.dimension_count", conversion.sizes.head); }

}  // namespace

const Family mixtral = {.architecture = "llama",
                        .title = "Mixtral",
                        .hugging_face = names,
                        .defaults = defaults,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .finish = finish,
                        .origin = {"MixtralForCausalLM", "mixtral"}};

}  // namespace nibble::architecture
