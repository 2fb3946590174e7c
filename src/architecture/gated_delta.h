#pragma once
#include "architecture/family.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// What Qwen3-Next and Qwen3.5 share: layers that are gated delta nets among such that attend, norms stored as their
/// difference from 1, and a layer that predicts the token after the next.
namespace nibble::architecture::gated_delta {

using enum Size;

/// Kinds of layers.
constexpr uint32_t full = 1, linear = 2;

uint64_t key_heads_of(const HuggingFaceConfig& config);
uint64_t value_heads_of(const HuggingFaceConfig& config);  ///< a multiple of the key heads
uint64_t key_size_of(const HuggingFaceConfig& config);
uint64_t value_size_of(const HuggingFaceConfig& config);

void prepare(const Preparation& preparation);
void finish(const Conversion& conversion);
/// The sizes of the linear attention, and which further layers there are.
void complete(const Reversion& reversion);
/// F32 in any folder: decays are computed when they are led back, the norms are published so.
inline constexpr std::string_view precise[] = {"A_log", "linear_attn.norm.weight"};
constexpr uint64_t next_count(const Sizes& sizes) { return sizes.next_layers; }
constexpr uint64_t next_first(const Sizes& sizes) { return sizes.layers; }

constexpr Parameter parameters[] = {{"ssm.conv_kernel", "linear_conv_kernel_dim", ValueType::u32},
                                    {"ssm.group_count", "linear_num_key_heads", ValueType::u32},
                                    {"ssm.state_size", "linear_key_head_dim", ValueType::u32},
                                    {"ssm.time_step_rank", "linear_num_value_heads", ValueType::u32},
                                    {"full_attention_interval", "full_attention_interval", ValueType::u32}};
constexpr Parameter expert_parameters[] = {
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
    {"expert_shared_feed_forward_length", "shared_expert_intermediate_size", ValueType::u32}};
inline constexpr auto moe_parameters = joined(parameters, expert_parameters);

constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    shifted("model.norm.weight", "output_norm.weight", embedding),
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule norms[] = {
    shifted("input_layernorm.weight", "attn_norm.weight", embedding),
    shifted("post_attention_layernorm.weight", "post_attention_norm.weight", embedding),
};
/// Queries carry a gate for the output.
constexpr TensorRule attention[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, any},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    shifted("self_attn.q_norm.weight", "attn_q_norm.weight", head),
    shifted("self_attn.k_norm.weight", "attn_k_norm.weight", head),
};
/// One tensor for all experts, or one for each.
constexpr TensorRule feed_forward_of_experts[] = {
    {"mlp.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    made("mlp.experts.gate_up_proj", "ffn_gate_exps.weight", operations::first_half),
    {"mlp.experts.#.gate_proj.weight", "ffn_gate_exps.weight", embedding, expert_feed_forward},
    made("mlp.experts.gate_up_proj", "ffn_up_exps.weight", operations::second_half),
    {"mlp.experts.#.up_proj.weight", "ffn_up_exps.weight", embedding, expert_feed_forward},
    {"mlp.experts.down_proj", "ffn_down_exps.weight", any, any},
    {"mlp.experts.#.down_proj.weight", "ffn_down_exps.weight", expert_feed_forward, embedding},
    {"mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight", embedding, one},
    {"mlp.shared_expert.gate_proj.weight", "ffn_gate_shexp.weight", embedding, shared_feed_forward},
    {"mlp.shared_expert.down_proj.weight", "ffn_down_shexp.weight", shared_feed_forward, embedding},
    {"mlp.shared_expert.up_proj.weight", "ffn_up_shexp.weight", embedding, shared_feed_forward},
};
/// What the layer that predicts further has before its own parts.
constexpr TensorRule prediction[] = {
    {"fc.weight", "nextn.eh_proj.weight", twice_embedding, embedding},
    shifted("norm.weight", "nextn.shared_head_norm.weight", embedding),
    shifted("pre_fc_norm_embedding.weight", "nextn.enorm.weight", embedding),
    shifted("pre_fc_norm_hidden.weight", "nextn.hnorm.weight", embedding),
};

}  // namespace nibble::architecture::gated_delta
