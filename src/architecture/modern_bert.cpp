#include "architecture/families.h"
#include "architecture/layers.h"

/// ModernBERT: an encoder with rotary embedding; two of three layers see a window.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"ModernBertModel", "ModernBertForMaskedLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-5},      {"norm_eps", 1e-5},
                                      {"global_rope_theta", 160000}, {"local_rope_theta", 10000},
                                      {"local_attention", 128},      {"global_attn_every_n_layers", 3}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_position_embeddings", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_eps", ValueType::f32},
    {"attention.layer_norm_rms_epsilon", "norm_eps", ValueType::f32},
    {"attention.sliding_window", "local_attention", ValueType::u32},
    {"attention.sliding_window_pattern", "global_attn_every_n_layers", ValueType::u32},
    {"rope.freq_base", "global_rope_theta", ValueType::f32},
    {"rope.freq_base_swa", "local_rope_theta", ValueType::f32},
    {"vocab_size", "vocab_size", ValueType::u32},
};
std::span<const Parameter> common() { return parameters; }

constexpr TensorRule globals[] = {
    {"embeddings.tok_embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"embeddings.norm.weight", "token_embd_norm.weight", embedding},
    {"final_norm.weight", "output_norm.weight", embedding},
};
/// The first layer has no norm before its attention.
constexpr TensorRule layer[] = {
    {"attn_norm.weight", "attn_norm.weight", embedding, none, Need::sometimes},
    {"attn.Wqkv.weight", "attn_qkv.weight", embedding, any},
    {"attn.Wo.weight", "attn_output.weight", embedding, embedding},
    {"mlp_norm.weight", "ffn_norm.weight", embedding},
    {"mlp.Wi.weight", "ffn_up.weight", embedding, twice_feed_forward},
    {"mlp.Wo.weight", "ffn_down.weight", feed_forward, embedding},
};
constexpr Stack stacks[] = {{"layers.#.", "blk.#.", layer}};
constexpr std::string_view left_out[] = {"head.", "decoder."};

void finish(const Conversion& conversion) {
  conversion.set_bool("attention.causal", false);
  conversion.set_string("hidden_activation", conversion.config.text("hidden_activation").value_or("gelu"));
  conversion.set_string("rope.scaling.type", "none");
}

void complete(const Reversion& reversion) {
  const std::string key = std::string(reversion.architecture) + ".hidden_activation";
  if (const auto activation = reversion.metadata.text(key)) reversion.set("hidden_activation", *activation);
  for (const char* name : {"attention_bias", "mlp_bias", "norm_bias"}) reversion.set(name, false);
}

}  // namespace

const Family modern_bert = {.architecture = "modern-bert",
                            .title = "ModernBERT",
                            .hugging_face = names,
                            .defaults = defaults,
                            .tied_by_default = true,
                            .globals = globals,
                            .left_out = left_out,
                            .finish = finish,
                            .stacks = stacks,
                            .rope = false,
                            .common = common,
                            .origin = {names[0], "modernbert", complete}};

}  // namespace nibble::architecture
