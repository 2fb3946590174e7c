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

}  // namespace nibble::architecture::gemma
