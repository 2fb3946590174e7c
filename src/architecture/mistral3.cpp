#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"
#include "error.h"

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

/// As the class of Ministral 3's text models has it.
void complete(const Reversion& reversion) {
  const auto scale = reversion.number("attention.temperature_scale");
  if (!scale) {
    throw Error(
        "The file is the language part of Mistral Small 3 (it has no \"mistral3.attention.temperature_scale\"), which "
        "is "
        "half a folder. Take the folder that the model was published in.");
  }
  const Json* found = reversion.config.find("rope_scaling");
  Json rope = found ? *found : Json{{"rope_type", "default"}};
  if (const Json* base = reversion.config.find("rope_theta")) rope.set("rope_theta", *base);
  rope.set("llama_4_scaling_beta", short_number(static_cast<float>(*scale)));
  if (const auto all = reversion.number("rope.scaling.yarn_log_multiplier")) {
    rope.set("mscale", 1.0);
    rope.set("mscale_all_dim", short_number(static_cast<float>(*all)));
  }
  for (const char* name : {"rope_theta", "rope_scaling"}) reversion.remove(name);
  reversion.set("rope_parameters", std::move(rope));
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
                         .finish = finish,
                         .origin = {names[1], "ministral3", complete}};

}  // namespace nibble::architecture
