#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// GPT-2, whose matrices are stored with columns first.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"GPT2LMHeadModel"};
constexpr ConfigDefault defaults[] = {{"layer_norm_epsilon", 1e-5}};
constexpr ConfigAlias aliases[] = {{"hidden_size", "n_embd"},
                                   {"num_hidden_layers", "n_layer"},
                                   {"num_attention_heads", "n_head"},
                                   {"max_position_embeddings", "n_ctx"},
                                   {"max_position_embeddings", "n_positions"}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_position_embeddings", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_epsilon", ValueType::f32},
};
std::span<const Parameter> common() { return parameters; }

constexpr TensorRule globals[] = {
    {"wte.weight", "token_embd.weight", embedding, vocabulary},
    {"wpe.weight", "position_embd.weight", embedding, any},
    {"ln_f.weight", "output_norm.weight", embedding},
    {"ln_f.bias", "output_norm.bias", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::sometimes},
};
constexpr TensorRule layer[] = {
    {"ln_1.weight", "attn_norm.weight", embedding},
    {"ln_1.bias", "attn_norm.bias", embedding},
    {"ln_2.weight", "ffn_norm.weight", embedding},
    {"ln_2.bias", "ffn_norm.bias", embedding},
    made("attn.c_attn.weight", "attn_qkv.weight", operations::transposed),
    {"attn.c_attn.bias", "attn_qkv.bias", any},
    made("attn.c_proj.weight", "attn_output.weight", operations::transposed),
    {"attn.c_proj.bias", "attn_output.bias", embedding},
    made("mlp.c_fc.weight", "ffn_up.weight", operations::transposed),
    {"mlp.c_fc.bias", "ffn_up.bias", any},
    made("mlp.c_proj.weight", "ffn_down.weight", operations::transposed),
    {"mlp.c_proj.bias", "ffn_down.bias", embedding},
};
constexpr Stack stacks[] = {{"h.#.", "blk.#.", layer}};

/// Of every layer the causal mask.
void prepare(const Preparation& preparation) {
  for (uint64_t i = 0; i < preparation.sizes.layers; ++i) {
    preparation.leave_out("h." + std::to_string(i) + ".attn.bias");
  }
}

void finish(const Conversion& conversion) {
  conversion.set_u32("feed_forward_length",
                     conversion.config.whole("n_inner").value_or(4 * conversion.sizes.embedding));
}

void complete(const Reversion& reversion) {
  if (const auto width = reversion.whole("feed_forward_length")) reversion.set("n_inner", *width);
}

}  // namespace

const Family gpt2 = {.architecture = "gpt2",
                     .title = "GPT-2",
                     .hugging_face = names,
                     .defaults = defaults,
                     .tied_by_default = true,
                     .globals = globals,
                     .finish = finish,
                     .aliases = aliases,
                     .stacks = stacks,
                     .prepare = prepare,
                     .rope = false,
                     .common = common,
                     .origin = {"GPT2LMHeadModel", "gpt2", complete}};

}  // namespace nibble::architecture
