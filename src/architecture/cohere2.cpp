#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/rope.h"

/// Command R7B and Command A: attention and feed-forward network side by side behind one norm.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Cohere2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-5}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32},
                                    {"logit_scale", "logit_scale", ValueType::f32},
                                    {"attention.layer_norm_epsilon", "layer_norm_eps", ValueType::f32},
                                    {"attention.sliding_window", "sliding_window", ValueType::u32}};
constexpr TensorRule norm[] = {{"input_layernorm.weight", "attn_norm.weight", embedding}};
constexpr auto layer = joined(norm, layers::attention, layers::gated_feed_forward);

void finish(const Conversion& conversion) {
  const double part = conversion.config.number("rotary_pct").value_or(1);
  conversion.set_u32("rope.dimension_count", static_cast<uint64_t>(part * static_cast<double>(conversion.sizes.head)));
  if (RopeParameters(conversion.config).type == "default") conversion.set_string("rope.scaling.type", "none");
}

}  // namespace

const Family cohere2 = {.architecture = "cohere2",
                        .title = "Command R7B and Command A",
                        .hugging_face = names,
                        .defaults = defaults,
                        .tied_by_default = true,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .finish = finish,
                        .origin = {"Cohere2ForCausalLM", "cohere2"}};

}  // namespace nibble::architecture
