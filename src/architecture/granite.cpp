#include <algorithm>

#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/mamba.h"
#include "architecture/operations.h"

/// Granite 3 and 4: Llama with multipliers; with experts; and with layers that are Mamba 2's.
namespace nibble::architecture {
namespace {

using enum Size;
using mamba::attends, mamba::recurs;

constexpr std::string_view names[] = {"GraniteForCausalLM"}, moe_names[] = {"GraniteMoeForCausalLM"},
                           hybrid_names[] = {"GraniteMoeHybridForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32},
                                    {"attention.scale", "attention_multiplier", ValueType::f32},
                                    {"embedding_scale", "embedding_multiplier", ValueType::f32},
                                    {"residual_scale", "residual_multiplier", ValueType::f32},
                                    {"logit_scale", "logits_scaling", ValueType::f32}};
constexpr Parameter expert_parameters[] = {{"expert_count", "num_local_experts", ValueType::u32},
                                           {"expert_used_count", "num_experts_per_tok", ValueType::u32}};
constexpr auto moe_parameters = joined(parameters, expert_parameters);
constexpr Parameter mixer_parameters[] = {
    {"expert_shared_feed_forward_length", "shared_intermediate_size", ValueType::u32},
    {"ssm.conv_kernel", "mamba_d_conv", ValueType::u32},
    {"ssm.state_size", "mamba_d_state", ValueType::u32},
    {"ssm.group_count", "mamba_n_groups", ValueType::u32},
    {"ssm.time_step_rank", "mamba_n_heads", ValueType::u32}};
constexpr auto hybrid_parameters = joined(moe_parameters, mixer_parameters);
constexpr TensorRule routed[] = {
    {"block_sparse_moe.router.layer.weight", "ffn_gate_inp.weight", embedding, any},
    made("block_sparse_moe.input_linear.weight", "ffn_gate_exps.weight", operations::first_half),
    made("block_sparse_moe.input_linear.weight", "ffn_up_exps.weight", operations::second_half),
    {"block_sparse_moe.output_linear.weight", "ffn_down_exps.weight", any, any},
};
/// The network all tokens go through: beside experts a shared one, without them the only one.
constexpr TensorRule shared[] = {
    made("shared_mlp.input_linear.weight", "ffn_gate_shexp.weight", operations::first_half, Need::sometimes),
    made("shared_mlp.input_linear.weight", "ffn_up_shexp.weight", operations::second_half, Need::sometimes),
    {"shared_mlp.output_linear.weight", "ffn_down_shexp.weight", any, embedding, Need::sometimes},
};
constexpr TensorRule only[] = {
    made("shared_mlp.input_linear.weight", "ffn_gate.weight", operations::first_half),
    made("shared_mlp.input_linear.weight", "ffn_up.weight", operations::second_half),
    {"shared_mlp.output_linear.weight", "ffn_down.weight", any, embedding},
};
constexpr auto attention = on(attends, layers::regrouped_attention);
constexpr auto mixer = joined(mamba::mixer, mamba::projections);
constexpr auto layer = joined(layers::norms_before, layers::regrouped_attention, layers::gated_feed_forward);
constexpr auto moe_layer = joined(layers::norms_before, layers::regrouped_attention, routed);
constexpr auto hybrid_moe_layer = joined(layers::norms_before, attention, routed, shared);
constexpr auto hybrid_layer = joined(layers::norms_before, attention, only);
constexpr Stack stacks[] = {
    {"model.layers.#.mamba.", "blk.#.", mixer},
    {"model.layers.#.", "blk.#.", hybrid_layer, [](const Sizes& sizes) { return sizes.experts ? 0 : sizes.layers; }},
    {"model.layers.#.", "blk.#.", hybrid_moe_layer,
     [](const Sizes& sizes) { return sizes.experts ? sizes.layers : 0; }}};

bool has_mamba(const HuggingFaceConfig& config) {
  const std::vector<std::string> types = config.texts("layer_types");
  return std::find(types.begin(), types.end(), "mamba") != types.end();
}
bool has_none(const HuggingFaceConfig& config) { return !has_mamba(config); }

void prepare(const Preparation& preparation) {
  const std::vector<std::string> types = preparation.config.texts("layer_types");
  for (uint64_t i = 0; i < preparation.sizes.layers; ++i) {
    preparation.sizes.kinds.push_back(i < types.size() && types[i] == "mamba" ? recurs : attends);
  }
}

void finish(const Conversion& conversion) {
  conversion.set_u32("rope.dimension_count", conversion.sizes.embedding / conversion.sizes.heads);
}

void finish_hybrid(const Conversion& conversion) {
  finish(conversion);
  const HuggingFaceConfig& config = conversion.config;
  conversion.set_array("attention.head_count_kv", mamba::where(conversion.sizes, attends, conversion.sizes.key_heads));
  conversion.set_u32("ssm.inner_size", static_cast<uint64_t>(config.number("mamba_expand").value_or(2) *
                                                             static_cast<double>(conversion.sizes.embedding)));
  const bool rotates = config.text("position_embedding_type").value_or("rope") == "rope";
  conversion.set_bool("rope.scaling.finetuned", rotates);
  if (!rotates) conversion.set_u32("context_length", mamba::endless_context);
}

void complete_hybrid(const Reversion& reversion) {
  const std::vector<uint32_t> heads = reversion.numbers("attention.head_count_kv");
  Json types = Json::list();
  for (const uint32_t number : heads) types.push_back(number ? "attention" : "mamba");
  reversion.set("layer_types", std::move(types));
  reversion.set("num_key_value_heads", mamba::largest(heads));
  const double inner = reversion.number("ssm.inner_size").value_or(0);
  const double mixers = reversion.number("ssm.time_step_rank").value_or(0);
  const double width = reversion.number("embedding_length").value_or(0);
  if (width > 0) reversion.set("mamba_expand", inner / width);
  if (mixers > 0) reversion.set("mamba_d_head", static_cast<uint64_t>(inner / mixers));
  reversion.set("position_embedding_type", reversion.truth("rope.scaling.finetuned").value_or(true) ? "rope" : "nope");
}

}  // namespace

const Family granite = {.architecture = "granite",
                        .title = "Granite",
                        .hugging_face = names,
                        .defaults = defaults,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .finish = finish,
                        .origin = {"GraniteForCausalLM", "granite"}};
const Family granite_moe = {.architecture = "granitemoe",
                            .title = "Granite with experts",
                            .hugging_face = moe_names,
                            .defaults = defaults,
                            .parameters = moe_parameters,
                            .globals = decoder_globals,
                            .layer = moe_layer,
                            .finish = finish,
                            .origin = {"GraniteMoeForCausalLM", "granitemoe"}};
const Family granite_hybrid = {.architecture = "granitehybrid",
                               .title = "Granite 4 with Mamba layers",
                               .hugging_face = hybrid_names,
                               .defaults = defaults,
                               .parameters = hybrid_parameters,
                               .globals = decoder_globals,
                               .finish = finish_hybrid,
                               .stacks = stacks,
                               .prepare = prepare,
                               .suits = has_mamba,
                               .origin = {hybrid_names[0], "granitemoehybrid", complete_hybrid, mamba::precise}};
const Family granite_4 = {.architecture = "granite",
                          .title = "Granite 4",
                          .hugging_face = hybrid_names,
                          .defaults = defaults,
                          .parameters = hybrid_parameters,
                          .globals = decoder_globals,
                          .finish = finish_hybrid,
                          .stacks = stacks,
                          .prepare = prepare,
                          .suits = has_none};

}  // namespace nibble::architecture
