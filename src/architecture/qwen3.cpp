#include "architecture/families.h"
#include "architecture/layers.h"

/// Qwen3: the queries and keys of each head are normalised; the size of a head is stated, not derived.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"Qwen3ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"head_dim", 128}};

constexpr auto layer = joined(layers::attention_with_head_norms, layers::gated_feed_forward);

}  // namespace

const Family qwen3 = {"qwen3", "Qwen3", names, defaults, false, {}, decoder_globals, layer, {}, {}, nullptr};

}  // namespace nibble::architecture
