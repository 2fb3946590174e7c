#include "architecture/families.h"
#include "architecture/layers.h"

/// Qwen2 and Qwen2.5: queries, keys and values have biases.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"Qwen2ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}};

constexpr auto layer = joined(layers::attention_with_biases, layers::gated_feed_forward);

}  // namespace

const Family qwen2 = {.architecture = "qwen2",
                      .title = "Qwen2 and Qwen2.5",
                      .hugging_face = names,
                      .defaults = defaults,
                      .globals = decoder_globals,
                      .layer = layer,
                      .origin = {"Qwen2ForCausalLM", "qwen2"}};

}  // namespace nibble::architecture
