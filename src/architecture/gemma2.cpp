#include "architecture/families.h"
#include "architecture/gemma.h"
#include "architecture/layers.h"

/// Gemma 2: norms are stored as their difference from 1, two around each part of a layer; logits are capped; every
/// other layer sees a window only. The token embedding is always the output layer.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Gemma2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6},   {"rope_theta", 10000},
                                      {"head_dim", 256},        {"attn_logit_softcapping", 50},
                                      {"sliding_window", 4096}, {"final_logit_softcapping", 30}};
constexpr Parameter parameters[] = {
    {"attn_logit_softcapping", "attn_logit_softcapping", ValueType::f32},
    {"final_logit_softcapping", "final_logit_softcapping", ValueType::f32},
    {"attention.sliding_window", "sliding_window", ValueType::u32},
};

constexpr TensorRule attention[] = {
    gemma::norm("input_layernorm.weight", "attn_norm.weight"),
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
};
constexpr auto layer = joined(attention, gemma::feed_forward_with_norms);
constexpr std::string_view left_out[] = {"lm_head.weight"};

/// llama.cpp knows the base by itself.
void finish(const Conversion& conversion) { conversion.remove("rope.freq_base"); }

/// As llama.cpp knows the largest model, by its layers.
void complete(const Reversion& reversion) { gemma::revert_attention_scale(reversion, 46); }

}  // namespace

const Family gemma2 = {.architecture = "gemma2",
                       .title = "Gemma 2",
                       .hugging_face = names,
                       .defaults = defaults,
                       .tied_by_default = true,
                       .parameters = parameters,
                       .globals = gemma::globals,
                       .layer = layer,
                       .left_out = left_out,
                       .finish = finish,
                       .origin = {"Gemma2ForCausalLM", "gemma2", complete}};

}  // namespace nibble::architecture
