#include "architecture/experts.h"
#include "architecture/families.h"
#include "architecture/layers.h"

/// ERNIE 4.5, dense and with experts. Layers that predict further are left out.
namespace nibble::architecture {
namespace {

using enum Size;
using experts::dense, experts::routed;

constexpr std::string_view names[] = {"Ernie4_5ForCausalLM", "Ernie4_5_ForCausalLM"};
constexpr std::string_view moe_names[] = {"Ernie4_5_MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 500000}};
constexpr Parameter parameters[] = {
    {"expert_count", "moe_num_experts", ValueType::u32},
    {"expert_used_count", "moe_k", ValueType::u32},
    {"expert_shared_count", "moe_num_shared_experts", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
    {"interleave_moe_layer_step", "moe_layer_interval", ValueType::u32},
    {"leading_dense_block_count", "moe_layer_start_index", ValueType::u32},
};
constexpr std::string_view left_out[] = {"model.mtp_"};

constexpr auto layer =
    joined(layers::norms_before, layers::attention, layers::attention_biases, layers::gated_feed_forward);
/// With another name for the bias of experts.
constexpr auto networks = [] {
  auto rules = joined(experts::networks);
  for (TensorRule& rule : rules) {
    if (rule.name != "exp_probs_b.bias") continue;
    rule.source = "mlp.moe_statics.e_score_correction_bias";
    rule.columns = rule.rows = any;
  }
  return rules;
}();
constexpr std::string_view precise[] = {"mlp.gate.weight", "e_score_correction_bias"};
constexpr auto moe_layer = joined(layers::norms_before, layers::attention, layers::attention_biases, networks);

void prepare(const Preparation& preparation) {
  const HuggingFaceConfig& config = preparation.config;
  Sizes& sizes = preparation.sizes;
  const uint64_t start = config.whole("moe_layer_start_index").value_or(0);
  const double end = config.number("moe_layer_end_index").value_or(-1);
  const uint64_t interval = std::max<uint64_t>(1, config.whole("moe_layer_interval").value_or(1));
  for (uint64_t i = 0; i < sizes.layers; ++i) {
    const bool within = i >= start && (end < 0 || static_cast<double>(i) <= end);
    sizes.kinds.push_back(within && (i + 1) % interval == 0 ? routed : dense);
  }
}

/// llama.cpp's conversion script derives the width of the shared experts from the number of key heads.
void finish(const Conversion& conversion) {
  const uint64_t heads = conversion.sizes.key_heads;
  conversion.set_u32("expert_shared_feed_forward_length", heads ? conversion.sizes.feed_forward / heads : 0);
}

}  // namespace

const Family ernie4_5 = {.architecture = "ernie4_5",
                         .title = "ERNIE 4.5",
                         .hugging_face = names,
                         .defaults = defaults,
                         .tied_by_default = true,
                         .globals = decoder_globals,
                         .layer = layer,
                         .origin = {"Ernie4_5ForCausalLM", "ernie4_5"}};
const Family ernie4_5_moe = {.architecture = "ernie4_5-moe",
                             .title = "ERNIE 4.5 with experts",
                             .hugging_face = moe_names,
                             .defaults = defaults,
                             .tied_by_default = true,
                             .parameters = parameters,
                             .globals = decoder_globals,
                             .layer = moe_layer,
                             .left_out = left_out,
                             .finish = finish,
                             .prepare = prepare,
                             .origin = {"Ernie4_5_MoeForCausalLM", "ernie4_5_moe", nullptr, precise}};

}  // namespace nibble::architecture
