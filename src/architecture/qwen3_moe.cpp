#include "architecture/families.h"
#include "architecture/layers.h"

/// Qwen3 with experts in every layer, none of them shared.
namespace nibble::architecture {
namespace {

constexpr std::string_view names[] = {"Qwen3MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"num_experts_per_tok", 8}};
constexpr Parameter parameters[] = {
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
};

constexpr auto layer = joined(layers::attention_with_head_norms, layers::routed_experts);

}  // namespace

const Family qwen3_moe = {
    "qwen3moe", "Qwen3 with experts", names, defaults, false, parameters, decoder_globals, layer, {}, {}, nullptr};

}  // namespace nibble::architecture
