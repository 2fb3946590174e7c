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

/// llama.cpp always weighs the experts that were chosen anew, and knows no other model.
void complete(const Reversion& reversion) { reversion.set("norm_topk_prob", true); }

}  // namespace

const Family qwen3_moe = {.architecture = "qwen3moe",
                          .title = "Qwen3 with experts",
                          .hugging_face = names,
                          .defaults = defaults,
                          .parameters = parameters,
                          .globals = decoder_globals,
                          .layer = layer,
                          .origin = {"Qwen3MoeForCausalLM", "qwen3_moe", complete}};

}  // namespace nibble::architecture
