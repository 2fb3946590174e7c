#include "architecture/families.h"

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

constexpr TensorRule norm(std::string_view source, std::string_view name) {
  return {source, name, embedding, none, Need::always, Rows::stored, 1};
}
constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    norm("model.norm.weight", "output_norm.weight"),
};
constexpr TensorRule layer[] = {
    norm("input_layernorm.weight", "attn_norm.weight"),
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    norm("post_attention_layernorm.weight", "post_attention_norm.weight"),
    norm("pre_feedforward_layernorm.weight", "ffn_norm.weight"),
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
    norm("post_feedforward_layernorm.weight", "post_ffw_norm.weight"),
};
constexpr std::string_view left_out[] = {"lm_head.weight"};

void finish(const Conversion&) {}

}  // namespace

const Family gemma2 = {"gemma2", "Gemma 2", names, defaults, true, parameters, globals, layer, left_out, {}, finish};

}  // namespace nibble::architecture
