#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"

/// Mistral Small 3.1 and later, and Ministral 3: the language part of models of text and images.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"Mistral3ForConditionalGeneration", "Ministral3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32}};
constexpr std::string_view left_out[] = {"vision_tower.", "multi_modal_projector.", "model.vision_tower.",
                                         "model.multi_modal_projector."};
constexpr auto layer = joined(layers::norms_before, layers::regrouped_attention, layers::gated_feed_forward);

void finish(const Conversion& conversion) {
  const RopeParameters rope(conversion.config);
  conversion.set_u32("rope.dimension_count", conversion.sizes.head);
  if (const auto scale = rope.number("llama_4_scaling_beta")) conversion.set_f32("attention.temperature_scale", *scale);
  if (rope.type != "yarn") return;
  if (const auto all = rope.number("mscale_all_dim")) conversion.set_f32("rope.scaling.yarn_log_multiplier", *all);
}

}  // namespace

const Family mistral3 = {.architecture = "mistral3",
                         .title = "Mistral Small 3 and Ministral 3",
                         .hugging_face = names,
                         .defaults = defaults,
                         .parameters = parameters,
                         .globals = decoder_globals,
                         .layer = layer,
                         .left_out = left_out,
                         .finish = finish};

}  // namespace nibble::architecture
