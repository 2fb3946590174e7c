#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/mamba.h"

/// Nemotron-H, dense and with experts: each layer is one thing, a mixer, an attention or a feed-forward network.
namespace nibble::architecture {
namespace {

using enum Size;
using mamba::attends, mamba::recurs;

constexpr uint32_t dense = 4, routed = 8;

constexpr std::string_view names[] = {"NemotronHForCausalLM"};
constexpr ConfigDefault defaults[] = {{"layer_norm_epsilon", 1e-5}, {"rms_norm_eps", 1e-5}, {"conv_kernel", 4}};
constexpr Parameter parameters[] = {
    {"vocab_size", "vocab_size", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_epsilon", ValueType::f32},
    {"ssm.conv_kernel", "conv_kernel", ValueType::u32},
    {"ssm.state_size", "ssm_state_size", ValueType::u32},
    {"ssm.group_count", "n_groups", ValueType::u32},
    {"ssm.time_step_rank", "mamba_num_heads", ValueType::u32},
};
constexpr Parameter expert_parameters[] = {
    {"expert_count", "n_routed_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_shared_count", "n_shared_experts", ValueType::u32},
    {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
    {"expert_shared_feed_forward_length", "moe_shared_expert_intermediate_size", ValueType::u32},
    {"expert_group_count", "n_group", ValueType::u32},
    {"expert_group_used_count", "topk_group", ValueType::u32},
    {"expert_weights_norm", "norm_topk_prob", ValueType::boolean},
    {"expert_weights_scale", "routed_scaling_factor", ValueType::f32},
};
constexpr auto moe_parameters = joined(parameters, expert_parameters);

constexpr TensorRule globals[] = {
    {"backbone.embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"backbone.norm_f.weight", "output_norm.weight", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule norm[] = {{"norm.weight", "attn_norm.weight", embedding}};
constexpr TensorRule own[] = {
    on(attends, {"q_proj.weight", "attn_q.weight", embedding, queries, Need::always, Rows::query_heads}),
    on(attends, {"k_proj.weight", "attn_k.weight", embedding, keys, Need::always, Rows::key_heads}),
    on(attends, {"v_proj.weight", "attn_v.weight", embedding, keys}),
    on(attends, {"o_proj.weight", "attn_output.weight", queries, embedding}),
    on(dense, {"up_proj.weight", "ffn_up.weight", embedding, any}),
    on(dense, {"down_proj.weight", "ffn_down.weight", any, embedding}),
    on(routed, {"gate.weight", "ffn_gate_inp.weight", embedding, any}),
    on(routed, {"gate.e_score_correction_bias", "exp_probs_b.bias", any, none, Need::sometimes}),
    on(routed, {"experts.#.up_proj.weight", "ffn_up_exps.weight", embedding, expert_feed_forward}),
    on(routed, {"experts.#.down_proj.weight", "ffn_down_exps.weight", expert_feed_forward, embedding}),
    on(routed, {"shared_experts.up_proj.weight", "ffn_up_shexp.weight", embedding, any, Need::sometimes}),
    on(routed, {"shared_experts.down_proj.weight", "ffn_down_shexp.weight", any, embedding, Need::sometimes}),
};
constexpr auto mixer = joined(mamba::mixer, mamba::projections, own);
constexpr Stack stacks[] = {{"backbone.layers.#.", "blk.#.", norm}, {"backbone.layers.#.mixer.", "blk.#.", mixer}};

void prepare(const Preparation& preparation) {
  const std::string pattern = preparation.config.text("hybrid_override_pattern").value_or("");
  for (uint64_t layer = 0; layer < preparation.sizes.layers; ++layer) {
    const char kind = layer < pattern.size() ? pattern[layer] : 'M';
    preparation.sizes.kinds.push_back(kind == '*' ? attends : kind == '-' ? dense : kind == 'E' ? routed : recurs);
  }
}

void finish(const Conversion& conversion) {
  const HuggingFaceConfig& config = conversion.config;
  const Sizes& sizes = conversion.sizes;
  conversion.set_u32("context_length", mamba::endless_context);
  conversion.set_array("attention.head_count_kv", mamba::where(sizes, attends, sizes.key_heads));
  const uint64_t width = sizes.experts ? sizes.expert_feed_forward : sizes.feed_forward;
  conversion.set_array("feed_forward_length", mamba::where(sizes, dense | routed, width));
  conversion.set_u32("rope.dimension_count", sizes.embedding / sizes.heads);
  conversion.set_bool("rope.scaling.finetuned", false);
  conversion.set_u32("ssm.inner_size",
                     config.whole("mamba_num_heads").value_or(0) * config.whole("mamba_head_dim").value_or(0));
}

void complete(const Reversion& reversion) {
  const std::vector<uint32_t> heads = reversion.numbers("attention.head_count_kv"),
                              widths = reversion.numbers("feed_forward_length");
  std::string pattern;
  for (size_t i = 0; i < heads.size(); ++i) {
    const bool routes = reversion.find("blk." + std::to_string(i) + ".ffn_gate_inp.weight") != nullptr;
    pattern += heads[i] > 0 ? '*' : routes ? 'E' : i < widths.size() && widths[i] > 0 ? '-' : 'M';
  }
  reversion.set("hybrid_override_pattern", pattern);
  reversion.set("num_key_value_heads", mamba::largest(heads));
  reversion.set("intermediate_size", mamba::largest(widths));
  const uint64_t inner = reversion.whole("ssm.inner_size").value_or(0);
  const uint64_t number = reversion.whole("ssm.time_step_rank").value_or(0);
  if (number > 0) reversion.set("mamba_head_dim", inner / number);
}

bool has_experts(const HuggingFaceConfig& config) { return config.whole("n_routed_experts").value_or(0) > 0; }
bool has_none(const HuggingFaceConfig& config) { return !has_experts(config); }

}  // namespace

const Family nemotron_h = {.architecture = "nemotron_h",
                           .title = "Nemotron-H",
                           .hugging_face = names,
                           .defaults = defaults,
                           .parameters = parameters,
                           .globals = globals,
                           .finish = finish,
                           .stacks = stacks,
                           .prepare = prepare,
                           .suits = has_none,
                           .origin = {names[0], "nemotron_h", complete, mamba::precise}};
const Family nemotron_h_moe = {.architecture = "nemotron_h_moe",
                               .title = "Nemotron-H with experts",
                               .hugging_face = names,
                               .defaults = defaults,
                               .parameters = moe_parameters,
                               .globals = globals,
                               .finish = finish,
                               .stacks = stacks,
                               .prepare = prepare,
                               .suits = has_experts,
                               .origin = {names[0], "nemotron_h", complete, mamba::precise}};

}  // namespace nibble::architecture
