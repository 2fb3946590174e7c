#pragma once
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "architecture/family.h"

/// Parts of layers that several families have, in the order their tensors come, and the list made of such parts:
///   constexpr auto layer = joined(layers::attention_with_biases, layers::gated_feed_forward);
namespace nibble::architecture {

template <class Part>
constexpr size_t count_of = std::tuple_size_v<Part>;
template <class T, size_t n>
constexpr size_t count_of<T[n]> = n;

/// The rules of all parts, one part after the other. A part is an array of rules of tensors, or of parameters.
template <class First, class... Rest>
constexpr auto joined(const First& first, const Rest&... rest) {
  std::array<std::remove_cvref_t<decltype(first[0])>, (count_of<First> + ... + count_of<Rest>)> all{};
  size_t count = 0;
  const auto append = [&](const auto& part) {
    for (const auto& rule : part) all[count++] = rule;
  };
  append(first);
  (append(rest), ...);
  return all;
}

/// A part for layers of a kind.
template <class Part>
constexpr auto on(uint32_t kinds, const Part& part) {
  std::array<TensorRule, count_of<Part>> rules{};
  size_t count = 0;
  for (const TensorRule& rule : part) rules[count++] = on(kinds, rule);
  return rules;
}

namespace layers {

using enum Size;

/// With the norm before it and the one after it, and biases of queries, keys and values: Qwen2's.
constexpr TensorRule attention_with_biases[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_proj.bias", "attn_q.bias", queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_proj.bias", "attn_k.bias", keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.v_proj.bias", "attn_v.bias", keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
};

/// With the norm before it and the one after it, and the queries and keys of each head normalised: Qwen3's.
constexpr TensorRule attention_with_head_norms[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.q_norm.weight", "attn_q_norm.weight", head},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", head},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
};

constexpr TensorRule gated_feed_forward[] = {
    {"mlp.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
};

/// A router and the experts it chooses from, as Qwen names them.
constexpr TensorRule routed_experts[] = {
    {"mlp.gate.weight", "ffn_gate_inp.weight", embedding, experts},
    {"mlp.experts.#.gate_proj.weight", "ffn_gate_exps.weight", embedding, expert_feed_forward},
    {"mlp.experts.#.down_proj.weight", "ffn_down_exps.weight", expert_feed_forward, embedding},
    {"mlp.experts.#.up_proj.weight", "ffn_up_exps.weight", embedding, expert_feed_forward},
};

/// Queries, keys, values and output, without norms.
constexpr TensorRule attention[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
};

/// The same with rows regrouped for Llama's rotary embedding.
constexpr TensorRule regrouped_attention[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries, Need::always, Rows::query_heads},
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys, Need::always, Rows::key_heads},
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
};

/// Biases some models have.
constexpr TensorRule attention_biases[] = {
    {"self_attn.q_proj.bias", "attn_q.bias", queries, none, Need::sometimes},
    {"self_attn.k_proj.bias", "attn_k.bias", keys, none, Need::sometimes},
    {"self_attn.v_proj.bias", "attn_v.bias", keys, none, Need::sometimes},
    {"self_attn.o_proj.bias", "attn_output.bias", embedding, none, Need::sometimes},
};

/// Queries and keys of each head normalised.
constexpr TensorRule head_norms[] = {
    {"self_attn.q_norm.weight", "attn_q_norm.weight", head},
    {"self_attn.k_norm.weight", "attn_k_norm.weight", head},
};

/// Norms before the parts of a layer.
constexpr TensorRule norms_before[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
};

/// Norms behind the parts of a layer.
constexpr TensorRule norms_behind[] = {
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
    {"post_feedforward_layernorm.weight", "post_ffw_norm.weight", embedding},
};

}  // namespace layers
}  // namespace nibble::architecture
