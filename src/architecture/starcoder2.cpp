#include "architecture/families.h"

/// StarCoder2: ordinary layer norms, biases everywhere, a feed-forward network without a gate.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Starcoder2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"norm_epsilon", 1e-5}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"attention.layer_norm_epsilon", "norm_epsilon", ValueType::f32}};

constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.norm.bias", "output_norm.bias", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"input_layernorm.bias", "attn_norm.bias", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_proj.bias", "attn_q.bias", queries, none, Need::sometimes},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_proj.bias", "attn_k.bias", keys, none, Need::sometimes},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.v_proj.bias", "attn_v.bias", keys, none, Need::sometimes},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"self_attn.o_proj.bias", "attn_output.bias", embedding, none, Need::sometimes},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"post_attention_layernorm.bias", "ffn_norm.bias", embedding},
    {"mlp.c_fc.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.c_fc.bias", "ffn_up.bias", feed_forward, none, Need::sometimes},
    {"mlp.c_proj.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.c_proj.bias", "ffn_down.bias", embedding, none, Need::sometimes},
};

}  // namespace

const Family starcoder2 = {.architecture = "starcoder2",
                           .title = "StarCoder2",
                           .hugging_face = names,
                           .defaults = defaults,
                           .tied_by_default = true,
                           .parameters = parameters,
                           .globals = globals,
                           .layer = layer,
                           .origin = {"Starcoder2ForCausalLM", "starcoder2"}};

}  // namespace nibble::architecture
