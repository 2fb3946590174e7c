#include "architecture/families.h"

/// Qwen3 with experts in every layer, none of them shared.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Qwen3MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"num_experts_per_tok", 8}};
constexpr Parameter parameters[] = {
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
};

constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_norm.weight", "attn_q_norm.weight", head},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", head},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"mlp.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    {"mlp.experts.#.gate_proj.weight", "ffn_gate_exps.weight", embedding, expert_feed_forward},
    {"mlp.experts.#.down_proj.weight", "ffn_down_exps.weight", expert_feed_forward, embedding},
    {"mlp.experts.#.up_proj.weight", "ffn_up_exps.weight", embedding, expert_feed_forward},
};

void finish(const Conversion&) {}

}  // namespace

const Family qwen3_moe = {"qwen3moe", "Qwen3 with experts", names, defaults, false, parameters, decoder_globals, layer, {}, {},
                          finish};

}  // namespace nibble::architecture
