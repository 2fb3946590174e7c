#include "architecture/families.h"
#include "architecture/layers.h"

/// Qwen1.5-MoE and Qwen2-MoE: Qwen2 with experts, one of them shared by all tokens behind a gate of its own.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"Qwen2MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}, {"num_experts_per_tok", 4}};
constexpr Parameter parameters[] = {
    {"expert_count", "num_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
    {"expert_shared_feed_forward_length", "shared_expert_intermediate_size", ValueType::u32},
};

constexpr TensorRule shared_expert[] = {
    {"mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight", embedding, one},
    {"mlp.shared_expert.gate_proj.weight", "ffn_gate_shexp.weight", embedding, shared_feed_forward},
    {"mlp.shared_expert.down_proj.weight", "ffn_down_shexp.weight", shared_feed_forward, embedding},
    {"mlp.shared_expert.up_proj.weight", "ffn_up_shexp.weight", embedding, shared_feed_forward},
};
constexpr auto layer = joined(layers::attention_with_biases, layers::routed_experts, shared_expert);

}  // namespace

const Family qwen2_moe = {.architecture = "qwen2moe",
                          .title = "Qwen2 with experts",
                          .hugging_face = names,
                          .defaults = defaults,
                          .parameters = parameters,
                          .globals = decoder_globals,
                          .layer = layer,
                          .origin = {"Qwen2MoeForCausalLM", "qwen2_moe"}};

}  // namespace nibble::architecture
