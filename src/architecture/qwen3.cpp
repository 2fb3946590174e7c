#include "architecture/families.h"
#include "architecture/layers.h"

/// Qwen3: the queries and keys of each head are normalised; the size of a head is stated, not derived.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"Qwen3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"head_dim", 128}};

constexpr auto layer = joined(layers::attention_with_head_norms, layers::gated_feed_forward);

}  // namespace

const Family qwen3 = {.architecture = "qwen3",
                      .title = "Qwen3",
                      .hugging_face = names,
                      .defaults = defaults,
                      .globals = decoder_globals,
                      .layer = layer,
                      .origin = {"Qwen3ForCausalLM", "qwen3"}};

}  // namespace nibble::architecture
