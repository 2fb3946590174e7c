#pragma once
#include "architecture/family.h"

/// What families share whose first layers are dense and whose others choose experts: DeepSeek, GLM-4.5 and later,
/// ERNIE.
namespace nibble::architecture::experts {

using enum Size;

/// Kinds of layers.
constexpr uint32_t dense = 1, routed = 2, next = 4;

/// Numbers of expert_gating_func.
constexpr uint32_t softmax = 1, sigmoid = 2;

/// Dense layers first, then routed ones; then those that predict further, routed as well.
void prepare(const Preparation& preparation);

constexpr uint64_t all_count(const Sizes& sizes) { return sizes.all_layers(); }

constexpr Parameter parameters[] = {
    {"expert_count", "n_routed_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_shared_count", "n_shared_experts", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
    {"expert_group_count", "n_group", ValueType::u32},
    {"expert_group_used_count", "topk_group", ValueType::u32},
    {"expert_weights_scale", "routed_scaling_factor", ValueType::f32},
    {"leading_dense_block_count", "first_k_dense_replace", ValueType::u32},
};

constexpr TensorRule networks[] = {
    {.source = "mlp.gate_proj.weight",
     .name = "ffn_gate.weight",
     .columns = embedding,
     .rows = feed_forward,
     .on = dense},
    {.source = "mlp.up_proj.weight", .name = "ffn_up.weight", .columns = embedding, .rows = feed_forward, .on = dense},
    {.source = "mlp.down_proj.weight",
     .name = "ffn_down.weight",
     .columns = feed_forward,
     .rows = embedding,
     .on = dense},
    on(routed, {"mlp.gate.weight", "ffn_gate_inp.weight", embedding, Size::experts}),
    on(routed, {"mlp.gate.e_score_correction_bias", "exp_probs_b.bias", Size::experts, none, Need::sometimes}),
    on(routed, {"mlp.experts.#.gate_proj.weight", "ffn_gate_exps.weight", embedding, expert_feed_forward}),
    on(routed, {"mlp.experts.#.up_proj.weight", "ffn_up_exps.weight", embedding, expert_feed_forward}),
    on(routed, {"mlp.experts.#.down_proj.weight", "ffn_down_exps.weight", expert_feed_forward, embedding}),
    on(routed, {"mlp.shared_experts.gate_proj.weight", "ffn_gate_shexp.weight", embedding, any, Need::sometimes}),
    on(routed, {"mlp.shared_experts.up_proj.weight", "ffn_up_shexp.weight", embedding, any, Need::sometimes}),
    on(routed, {"mlp.shared_experts.down_proj.weight", "ffn_down_shexp.weight", any, embedding, Need::sometimes}),
};

/// Of the layer that predicts further. Its own embedding and output layer are there only in some models.
constexpr TensorRule prediction[] = {
    on(next, {"eh_proj.weight", "nextn.eh_proj.weight", twice_embedding, embedding}),
    on(next, {"enorm.weight", "nextn.enorm.weight", embedding}),
    on(next, {"hnorm.weight", "nextn.hnorm.weight", embedding}),
    on(next, {"shared_head.norm.weight", "nextn.shared_head_norm.weight", embedding, none, Need::sometimes}),
    on(next, {"shared_head.head.weight", "nextn.shared_head_head.weight", embedding, vocabulary, Need::sometimes}),
    on(next, {"embed_tokens.weight", "nextn.embed_tokens.weight", embedding, vocabulary, Need::sometimes}),
};

}  // namespace nibble::architecture::experts
