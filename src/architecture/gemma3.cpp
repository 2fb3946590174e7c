#include "architecture/families.h"
#include "architecture/gemma.h"
#include "architecture/layers.h"
#include "error.h"

/// Gemma 3, the language part: Gemma 2 without the capped attention, with the queries and keys of each head normalised.
/// Where a model also sees, llama.cpp keeps the image encoder in a file of its own.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"};
constexpr std::string_view embedding_names[] = {"Gemma3TextModel"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6},
                                      {"rope_theta", 1e6},
                                      {"rope_local_base_freq", 10000},
                                      {"head_dim", 256},
                                      {"num_attention_heads", 8},
                                      {"num_key_value_heads", 4},
                                      {"max_position_embeddings", 131072},
                                      {"sliding_window", 4096}};
constexpr Parameter parameters[] = {
    {"final_logit_softcapping", "final_logit_softcapping", ValueType::f32},
    {"attention.sliding_window", "sliding_window", ValueType::u32},
};

constexpr TensorRule attention[] = {
    gemma::norm("input_layernorm.weight", "attn_norm.weight"),
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries},
    gemma::norm("self_attn.q_norm.weight", "attn_q_norm.weight", head),
    {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys},
    gemma::norm("self_attn.k_norm.weight", "attn_k_norm.weight", head),
    {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys},
    {"self_attn.o_proj.weight", "attn_output.weight", queries, embedding},
};
constexpr auto layer = joined(attention, gemma::feed_forward_with_norms);
constexpr std::string_view left_out[] = {"vision_tower.", "model.vision_tower.", "multi_modal_projector.",
                                         "model.multi_modal_projector."};

void finish(const Conversion& conversion) {
  if (conversion.config.number("attn_logit_softcapping")) {
    throw Error("This Gemma 3 model caps its attention logits, which llama.cpp does not do for Gemma 3.");
  }
}

/// As llama.cpp knows the largest model, by its layers.
void complete(const Reversion& reversion) { gemma::revert_attention_scale(reversion, 62); }

void complete_embedding(const Reversion& reversion) {
  complete(reversion);
  reversion.set("use_bidirectional_attention", true);
}

}  // namespace

const Family gemma3 = {.architecture = "gemma3",
                       .title = "Gemma 3",
                       .hugging_face = names,
                       .defaults = defaults,
                       .tied_by_default = true,
                       .parameters = parameters,
                       .globals = gemma::globals_with_output,
                       .layer = layer,
                       .left_out = left_out,
                       .finish = finish,
                       .origin = {"Gemma3ForCausalLM", "gemma3_text", complete}};
const Family gemma_embedding = {.architecture = "gemma-embedding",
                                .title = "EmbeddingGemma",
                                .hugging_face = embedding_names,
                                .defaults = defaults,
                                .tied_by_default = true,
                                .parameters = parameters,
                                .globals = gemma::globals_with_output,
                                .layer = layer,
                                .left_out = left_out,
                                .finish = finish,
                                .origin = {embedding_names[0], "gemma3_text", complete_embedding}};

}  // namespace nibble::architecture
