#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "architecture/rope.h"

/// StableLM: layer norms; larger models normalise queries and keys of each head with weights of its own.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"StableLmForCausalLM", "StableLMEpochForCausalLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-5}};
constexpr ConfigAlias aliases[] = {{"layer_norm_eps", "norm_eps"}, {"partial_rotary_factor", "rope_pct"}};
constexpr Parameter parameters[] = {{"attention.layer_norm_epsilon", "layer_norm_eps", ValueType::f32}};
constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.norm.bias", "output_norm.bias", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule own[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"input_layernorm.bias", "attn_norm.bias", embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding, none, Need::sometimes},
    {"post_attention_layernorm.bias", "ffn_norm.bias", embedding, none, Need::sometimes},
    {.source = "self_attn.q_layernorm.norms.#.weight",
     .name = "attn_q_norm.weight",
     .columns = any,
     .rows = any,
     .need = Need::sometimes,
     .operation = operations::stacked,
     .each = heads},
    {.source = "self_attn.k_layernorm.norms.#.weight",
     .name = "attn_k_norm.weight",
     .columns = any,
     .rows = any,
     .need = Need::sometimes,
     .operation = operations::stacked,
     .each = key_heads},
};
constexpr auto layer = joined(layers::attention, layers::attention_biases, layers::gated_feed_forward, own);

void finish(const Conversion& conversion) {
  set_partial_rope(conversion);
  conversion.set_bool("use_parallel_residual", conversion.config.truth("use_parallel_residual").value_or(true));
}

void complete(const Reversion& reversion) {
  revert_partial_rope(reversion);
  reversion.set("use_parallel_residual", reversion.metadata.truth("stablelm.use_parallel_residual").value_or(true));
  reversion.set("use_qkv_bias", reversion.find("blk.0.attn_q.bias") != nullptr);
  reversion.set("qk_layernorm", reversion.find("blk.0.attn_q_norm.weight") != nullptr);
}

}  // namespace

const Family stablelm = {.architecture = "stablelm",
                         .title = "StableLM",
                         .hugging_face = names,
                         .defaults = defaults,
                         .parameters = parameters,
                         .globals = globals,
                         .layer = layer,
                         .finish = finish,
                         .aliases = aliases,
                         .rope = false,
                         .origin = {"StableLmForCausalLM", "stablelm", complete}};

}  // namespace nibble::architecture
