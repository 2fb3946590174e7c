#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// GPT-NeoX and Pythia: queries, keys and values lie together head by head.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"GPTNeoXForCausalLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-5}, {"rotary_pct", 0.25}};
constexpr Parameter parameters[] = {{"attention.layer_norm_epsilon", "layer_norm_eps", ValueType::f32}};

/// All queries, then all keys, then all values.
void by_kind(const Operands& operands) {
  const size_t axis = operands.source().shape.size() - 1;  // of a bias, values are rows
  constexpr uint64_t kinds = 3;
  operands.divides(kinds * operands.sizes.head, operands.source().shape[axis]);
  View view = operands.view();
  view.split(axis, operands.sizes.head).split(axis + 1, kinds).swap(axis + 1, axis + 2);
  operands.add(view);
  operands.tensor.shape = operands.source().shape;
}

constexpr Operation apart{by_kind, "putting rows of queries, keys and values apart", operations::functions::same};

constexpr TensorRule globals[] = {
    {"gpt_neox.embed_in.weight", "token_embd.weight", embedding, vocabulary},
    {"gpt_neox.final_layer_norm.weight", "output_norm.weight", embedding},
    {"gpt_neox.final_layer_norm.bias", "output_norm.bias", embedding},
    {"embed_out.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule layer[] = {
    made("attention.query_key_value.weight", "attn_qkv.weight", apart),
    made("attention.query_key_value.bias", "attn_qkv.bias", apart),
    {"attention.dense.weight", "attn_output.weight", embedding, embedding},
    {"attention.dense.bias", "attn_output.bias", embedding},
    {"mlp.dense_h_to_4h.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.dense_h_to_4h.bias", "ffn_up.bias", feed_forward},
    {"mlp.dense_4h_to_h.weight", "ffn_down.weight", feed_forward, embedding},
    {"mlp.dense_4h_to_h.bias", "ffn_down.bias", embedding},
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"input_layernorm.bias", "attn_norm.bias", embedding},
    {"post_attention_layernorm.weight", "ffn_norm.weight", embedding},
    {"post_attention_layernorm.bias", "ffn_norm.bias", embedding},
};
constexpr Stack stacks[] = {{"gpt_neox.layers.#.", "blk.#.", layer}};

void finish(const Conversion& conversion) {
  const double part = conversion.config.number("rotary_pct").value_or(1);
  conversion.set_u32("rope.dimension_count", static_cast<uint64_t>(part * static_cast<double>(conversion.sizes.head)));
  conversion.set_bool("use_parallel_residual", conversion.config.truth("use_parallel_residual").value_or(true));
}

void complete(const Reversion& reversion) {
  const auto rotated = reversion.number("rope.dimension_count"), embedding = reversion.member("hidden_size");
  const auto heads = reversion.member("num_attention_heads");
  if (rotated && embedding && heads && *embedding > 0) reversion.set("rotary_pct", *rotated * *heads / *embedding);
  reversion.set("use_parallel_residual", reversion.metadata.truth("gptneox.use_parallel_residual").value_or(true));
}

}  // namespace

const Family gpt_neox = {.architecture = "gptneox",
                         .title = "GPT-NeoX",
                         .hugging_face = names,
                         .defaults = defaults,
                         .parameters = parameters,
                         .globals = globals,
                         .finish = finish,
                         .stacks = stacks,
                         .rope = false,
                         .origin = {"GPTNeoXForCausalLM", "gpt_neox", complete}};

}  // namespace nibble::architecture
