#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"

/// Phi-3.5-MoE: layer norms and biases, experts in every layer, long contexts as in Phi-3.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"PhiMoEForCausalLM", "PhimoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}, {"num_experts_per_tok", 2}};
constexpr Parameter parameters[] = {{"expert_count", "num_local_experts", ValueType::u32},
                                    {"expert_used_count", "num_experts_per_tok", ValueType::u32}};
constexpr std::string_view rope_types[] = {"longrope", "su"};
constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.norm.bias", "output_norm.bias", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary},
    {"lm_head.bias", "output.bias", vocabulary, none, Need::sometimes},
};
constexpr TensorRule own[] = {
    {"input_layernorm.bias", "attn_norm.bias", embedding},
    {"post_attention_layernorm.bias", "ffn_norm.bias", embedding},
    {"block_sparse_moe.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    {"block_sparse_moe.experts.#.w1.weight", "ffn_gate_exps.weight", embedding, feed_forward},
    {"block_sparse_moe.experts.#.w2.weight", "ffn_down_exps.weight", feed_forward, embedding},
    {"block_sparse_moe.experts.#.w3.weight", "ffn_up_exps.weight", embedding, feed_forward},
};
constexpr auto layer = joined(layers::norms_before, layers::attention, layers::attention_biases, own);

void finish(const Conversion& conversion) { set_long_rope(conversion); }

}  // namespace

const Family phimoe = {.architecture = "phimoe",
                       .title = "Phi-3.5 with experts",
                       .hugging_face = names,
                       .defaults = defaults,
                       .parameters = parameters,
                       .globals = globals,
                       .layer = layer,
                       .rope_types = rope_types,
                       .finish = finish,
                       .origin = {"PhimoeForCausalLM", "phimoe", revert_long_rope}};

}  // namespace nibble::architecture
