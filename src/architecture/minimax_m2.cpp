#include "architecture/experts.h"
#include "architecture/families.h"
#include "architecture/layers.h"

/// MiniMax M2: experts in every layer, queries and keys normalised over all heads.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"MiniMaxM2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 5e6}};
constexpr Parameter parameters[] = {
    {"expert_count", "num_local_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "intermediate_size", ValueType::u32},
    {"rope.dimension_count", "rotary_dim", ValueType::u32},
};
constexpr TensorRule own[] = {
    {"self_attn.q_norm.weight", "attn_q_norm.weight", queries},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", keys},
    {"block_sparse_moe.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    {"block_sparse_moe.e_score_correction_bias", "exp_probs_b.bias", experts},
    {"block_sparse_moe.experts.#.w1.weight", "ffn_gate_exps.weight", embedding, feed_forward},
    {"block_sparse_moe.experts.#.w2.weight", "ffn_down_exps.weight", feed_forward, embedding},
    {"block_sparse_moe.experts.#.w3.weight", "ffn_up_exps.weight", embedding, feed_forward},
};
constexpr auto layer = joined(layers::norms_before, layers::attention, own);

constexpr std::string_view precise[] = {"block_sparse_moe.gate.weight", "e_score_correction_bias"};

void finish(const Conversion& conversion) { conversion.set_u32("expert_gating_func", experts::sigmoid); }

}  // namespace

const Family minimax_m2 = {.architecture = "minimax-m2",
                           .title = "MiniMax M2",
                           .hugging_face = names,
                           .defaults = defaults,
                           .parameters = parameters,
                           .globals = decoder_globals,
                           .layer = layer,
                           .finish = finish,
                           .origin = {"MiniMaxM2ForCausalLM", "minimax_m2", nullptr, precise}};

}  // namespace nibble::architecture
