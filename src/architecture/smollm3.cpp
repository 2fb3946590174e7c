#include "architecture/families.h"
#include "architecture/layers.h"

/// SmolLM3: Llama, but for layers without rotary embedding, which llama.cpp knows by itself.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"SmolLM3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 2e6}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32}};
constexpr auto layer = joined(layers::norms_before, layers::regrouped_attention, layers::gated_feed_forward);

void finish(const Conversion& conversion) { conversion.set_u32("rope.dimension_count", conversion.sizes.head); }

}  // namespace

const Family smollm3 = {.architecture = "smollm3",
                        .title = "SmolLM3",
                        .hugging_face = names,
                        .defaults = defaults,
                        .tied_by_default = true,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .finish = finish,
                        .origin = {"SmolLM3ForCausalLM", "smollm3"}};

}  // namespace nibble::architecture
