#pragma once
#include "architecture/family.h"

/// What Gemma 2 and Gemma 3 share: norms stored as their difference from 1, two around each part of a layer; the token
/// embedding is always the output layer.
namespace nibble::architecture::gemma {

using enum Size;

constexpr TensorRule norm(std::string_view source, std::string_view name, Size size = embedding) {
  return {source, name, size, none, Need::always, Rows::stored, 1};
}
constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    norm("model.norm.weight", "output_norm.weight"),
};
/// Where a model stores an output layer of its own all the same.
constexpr TensorRule globals_with_output[] = {
    globals[0], globals[1], {"lm_head.weight", "output.weight", embedding, vocabulary, Need::sometimes}};
/// A layer's tensors behind its attention.
constexpr TensorRule feed_forward_with_norms[] = {
    norm("post_attention_layernorm.weight", "post_attention_norm.weight"),
    norm("pre_feedforward_layernorm.weight", "ffn_norm.weight"),
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
    norm("post_feedforward_layernorm.weight", "post_ffw_norm.weight"),
};

/// What scores are divided by the root of, which the metadata do not say: the size of a head, or, in the model with so
/// many layers, of an even share of the embedding.
inline void revert_attention_scale(const Reversion& reversion, uint64_t layers_of_largest) {
  const auto embedding = reversion.member("hidden_size"), heads = reversion.member("num_attention_heads");
  const auto head = reversion.member("head_dim"), layer_count = reversion.member("num_hidden_layers");
  if (!embedding || !heads || !head || !layer_count || *heads <= 0) return;
  const bool largest = *layer_count == static_cast<double>(layers_of_largest);
  reversion.set("query_pre_attn_scalar", static_cast<uint64_t>(largest ? *embedding / *heads : *head));
}

}  // namespace nibble::architecture::gemma
