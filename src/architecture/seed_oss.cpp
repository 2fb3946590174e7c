#include "architecture/families.h"
#include "architecture/layers.h"

/// Seed-OSS: names and metadata alone.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"SeedOssForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 1e7}};
constexpr TensorRule norms[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
};
constexpr auto layer = joined(norms, layers::attention, layers::attention_biases, layers::gated_feed_forward);

}  // namespace

const Family seed_oss = {.architecture = "seed_oss",
                         .title = "Seed-OSS",
                         .hugging_face = names,
                         .defaults = defaults,
                         .globals = decoder_globals,
                         .layer = layer,
                         .origin = {"SeedOssForCausalLM", "seed_oss"}};

}  // namespace nibble::architecture
