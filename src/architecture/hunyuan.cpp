#include <cmath>

#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"

/// Hunyuan, dense: the rotary embedding is stretched once and for all by "alpha", which becomes another base.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"HunYuanDenseV1ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}};
/// Some tied models store the embedding once more.
constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.norm.weight", "output_norm.weight", embedding},
};
constexpr TensorRule globals_untied[] = {
    globals[0], globals[1], {"lm_head.weight", "output.weight", embedding, vocabulary}};
constexpr std::string_view left_out[] = {"lm_head.weight"};
constexpr TensorRule norms[] = {
    {"self_attn.query_layernorm.weight", "attn_q_norm.weight", head},
    {"self_attn.key_layernorm.weight", "attn_k_norm.weight", head},
};
constexpr auto layer = joined(layers::norms_before, layers::attention, norms, layers::gated_feed_forward);

void finish(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  const double base = rope.base.value_or(10000), head = static_cast<double>(conversion.sizes.head);
  const double alpha = rope.number("alpha").value_or(1);
  conversion.set_f32("rope.freq_base", base * std::pow(alpha, head / (head - 2)));
  if (rope.type != "dynamic") return;
  conversion.set_string("rope.scaling.type", "none");
  conversion.set_f32("rope.scaling.factor", 1);
  conversion.set_u32("rope.scaling.original_context_length",
                     conversion.config.whole("max_position_embeddings").value_or(0));
}

bool is_tied(const HuggingFaceConfig& config) { return config.truth("tie_word_embeddings").value_or(false); }
bool is_untied(const HuggingFaceConfig& config) { return !is_tied(config); }

/// The base as it is after "alpha" was put into it.
void complete(const Reversion& reversion) {
  reversion.set("tie_word_embeddings", reversion.find("output.weight") == nullptr);
  if (const auto base = reversion.number("rope.freq_base")) {
    reversion.set("rope_theta", short_number(static_cast<float>(*base)));
  }
}

}  // namespace

const Family hunyuan = {.architecture = "hunyuan-dense",
                        .title = "Hunyuan",
                        .hugging_face = names,
                        .defaults = defaults,
                        .tied_by_default = true,
                        .globals = globals,
                        .layer = layer,
                        .left_out = left_out,
                        .finish = finish,
                        .rope = false,
                        .suits = is_tied,
                        .origin = {"HunYuanDenseV1ForCausalLM", "hunyuan_v1_dense", complete}};
const Family hunyuan_untied = {.architecture = "hunyuan-dense",
                               .title = "Hunyuan",
                               .hugging_face = names,
                               .defaults = defaults,
                               .globals = globals_untied,
                               .layer = layer,
                               .finish = finish,
                               .rope = false,
                               .suits = is_untied,
                               .origin = {"HunYuanDenseV1ForCausalLM", "hunyuan_v1_dense", complete}};

}  // namespace nibble::architecture
