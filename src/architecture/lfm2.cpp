#include <algorithm>
#include <cmath>

#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// LFM2, dense and with experts: most layers are short convolutions. Configurations say which attend by a list of
/// kinds, or by a list of their numbers.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr uint32_t attends = 1, convolves = 2, dense = 4, routed = 8;

constexpr std::string_view names[] = {"Lfm2ForCausalLM"}, moe_names[] = {"Lfm2MoeForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rope_theta", 1e6}};
constexpr ConfigAlias aliases[] = {{"rms_norm_eps", "norm_eps"},
                                   {"rms_norm_eps", "block_norm_eps"},
                                   {"intermediate_size", "block_ff_dim"},
                                   {"num_experts_per_tok", "moe_top_k"},
                                   {"num_attention_heads", "num_heads"}};
constexpr Parameter parameters[] = {{"vocab_size", "vocab_size", ValueType::u32},
                                    {"shortconv.l_cache", "conv_L_cache", ValueType::u32}};
constexpr uint32_t sigmoid = 2;  // of expert_gating_func

constexpr TensorRule globals[] = {
    {"model.embed_tokens.weight", "token_embd.weight", embedding, vocabulary},
    {"model.embedding_norm.weight", "token_embd_norm.weight", embedding},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
constexpr TensorRule layer[] = {
    {"operator_norm.weight", "attn_norm.weight", embedding},
    {"ffn_norm.weight", "ffn_norm.weight", embedding},
    on(convolves, made("conv.conv.weight", "shortconv.conv.weight", operations::squeezed)),
    on(convolves, {"conv.in_proj.weight", "shortconv.in_proj.weight", embedding, any}),
    on(convolves, {"conv.out_proj.weight", "shortconv.out_proj.weight", embedding, embedding}),
    on(attends, {"self_attn.q_proj.weight", "attn_q.weight", embedding, queries}),
    on(attends, {"self_attn.k_proj.weight", "attn_k.weight", embedding, keys}),
    on(attends, {"self_attn.v_proj.weight", "attn_v.weight", embedding, keys}),
    on(attends, {"self_attn.out_proj.weight", "attn_output.weight", queries, embedding}),
    on(attends, {"self_attn.q_layernorm.weight", "attn_q_norm.weight", head}),
    on(attends, {"self_attn.k_layernorm.weight", "attn_k_norm.weight", head}),
    on(dense, {"feed_forward.w1.weight", "ffn_gate.weight", embedding, any}),
    on(dense, {"feed_forward.w3.weight", "ffn_up.weight", embedding, any}),
    on(dense, {"feed_forward.w2.weight", "ffn_down.weight", any, embedding}),
    on(routed, {"feed_forward.gate.weight", "ffn_gate_inp.weight", embedding, any}),
    on(routed, optional({"feed_forward.expert_bias", "exp_probs_b.bias", any})),
    on(routed, {"feed_forward.experts.#.w1.weight", "ffn_gate_exps.weight", embedding, expert_feed_forward}),
    on(routed, {"feed_forward.experts.#.w3.weight", "ffn_up_exps.weight", embedding, expert_feed_forward}),
    on(routed, {"feed_forward.experts.#.w2.weight", "ffn_down_exps.weight", expert_feed_forward, embedding}),
};

void prepare(const Preparation& preparation) {
  const HuggingFaceConfig& config = preparation.config;
  Sizes& sizes = preparation.sizes;
  const std::vector<std::string> types = config.texts("layer_types");
  const std::vector<double> attending = config.numbers("full_attn_idxs");
  const uint64_t first_dense = sizes.experts ? config.whole("num_dense_layers").value_or(0) : sizes.layers;
  for (uint64_t i = 0; i < sizes.layers; ++i) {
    const bool listed = std::find(attending.begin(), attending.end(), static_cast<double>(i)) != attending.end();
    const bool full = i < types.size() ? types[i] == "full_attention" : listed;
    sizes.kinds.push_back((full ? attends : convolves) | (i < first_dense ? dense : routed));
  }
}

/// The width of the feed-forward network as the model library adjusts it.
uint64_t adjusted_feed_forward(const HuggingFaceConfig& config) {
  const uint64_t given = config.whole("intermediate_size").value_or(0);
  if (!config.truth("block_auto_adjust_ff_dim").value_or(false)) return given;
  const uint64_t multiple = std::max<uint64_t>(1, config.whole("block_multiple_of").value_or(1));
  const double factor = config.number("block_ffn_dim_multiplier").value_or(1);
  const auto width = static_cast<uint64_t>(factor * static_cast<double>(2 * given / 3));
  return (width + multiple - 1) / multiple * multiple;
}

void finish(const Conversion& conversion) {
  std::vector<int32_t> key_heads;
  for (const uint32_t kind : conversion.sizes.kinds) {
    key_heads.push_back(kind & attends ? static_cast<int32_t>(conversion.sizes.key_heads) : 0);
  }
  conversion.set_array("attention.head_count_kv", key_heads);
  conversion.set_u32("feed_forward_length", adjusted_feed_forward(conversion.config));
}

constexpr Parameter expert_parameters[] = {{"expert_count", "num_experts", ValueType::u32},
                                           {"expert_used_count", "num_experts_per_tok", ValueType::u32},
                                           {"expert_feed_forward_length", "moe_intermediate_size", ValueType::u32},
                                           {"leading_dense_block_count", "num_dense_layers", ValueType::u32}};
constexpr auto moe_parameters = joined(parameters, expert_parameters);

void finish_moe(const Conversion& conversion) {
  finish(conversion);
  conversion.set_u32("expert_gating_func", sigmoid);
}

void complete(const Reversion& reversion) {
  const std::vector<uint32_t> heads = reversion.numbers("attention.head_count_kv");
  Json types = Json::list();
  for (const uint32_t number : heads) types.push_back(number ? "full_attention" : "conv");
  reversion.set("layer_types", std::move(types));
  reversion.set("num_key_value_heads", heads.empty() ? 0 : *std::max_element(heads.begin(), heads.end()));
  reversion.set("block_auto_adjust_ff_dim", false);
}

constexpr std::string_view precise[] = {"expert_bias"};

}  // namespace

const Family lfm2 = {.architecture = "lfm2",
                     .title = "LFM2",
                     .hugging_face = names,
                     .defaults = defaults,
                     .tied_by_default = true,
                     .parameters = parameters,
                     .globals = globals,
                     .layer = layer,
                     .finish = finish,
                     .aliases = aliases,
                     .prepare = prepare,
                     .origin = {"Lfm2ForCausalLM", "lfm2", complete}};
const Family lfm2_moe = {.architecture = "lfm2moe",
                         .title = "LFM2 with experts",
                         .hugging_face = moe_names,
                         .defaults = defaults,
                         .tied_by_default = true,
                         .parameters = moe_parameters,
                         .globals = globals,
                         .layer = layer,
                         .finish = finish_moe,
                         .aliases = aliases,
                         .prepare = prepare,
                         .origin = {"Lfm2MoeForCausalLM", "lfm2_moe", complete, precise}};

}  // namespace nibble::architecture
