#include <algorithm>

#include "architecture/experts.h"
#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "architecture/rope.h"
#include "container/text.h"
#include "error.h"

/// DeepSeek V2 and V3 (R1, Kimi K2) and GLM-4.7 Flash: keys and values come from a short vector. llama.cpp folds the
/// matrix that makes keys of it into the queries, and so wants it head by head, transposed.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM"};
constexpr std::string_view lite_names[] = {"Glm4MoeLiteForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 10000}};

uint64_t member(const HuggingFaceConfig& config, std::string_view name) {
  const uint64_t value = config.whole(name).value_or(0);
  if (value == 0) throw Error("config.json does not say " + in_quotes(name) + ". Is the file complete?");
  return value;
}

/// The rows of each head from `begin` on: columns, rows of a head, heads.
View of_heads(const Operands& operands, uint64_t begin, uint64_t count) {
  const uint64_t head = member(operands.config, "qk_nope_head_dim") + member(operands.config, "v_head_dim");
  View view = operands.view();
  operands.divides(operands.sizes.heads * head, view.size(operations::rows));
  return view.split(operations::rows, head).take(operations::rows, begin, count);
}

void keys_of_heads(const Operands& operands) {
  const uint64_t size = member(operands.config, "qk_nope_head_dim");
  View view = of_heads(operands, 0, size);
  operands.add(view.swap(operations::columns, operations::rows));
  operands.tensor.shape = {size, operands.source().shape[0], operands.sizes.heads};
}

void values_of_heads(const Operands& operands) {
  const uint64_t size = member(operands.config, "v_head_dim");
  operands.add(of_heads(operands, member(operands.config, "qk_nope_head_dim"), size));
  operands.tensor.shape = {operands.source().shape[0], size, operands.sizes.heads};
}

Operation::Shape of_both(const Made& made) {
  const uint64_t head = member(made.config, "qk_nope_head_dim") + member(made.config, "v_head_dim");
  return {member(made.config, "kv_lora_rank"), made.sizes.heads * head};
}
constexpr Operation key_rows{keys_of_heads, "transposing head by head", of_both};
constexpr Operation value_rows{values_of_heads, "taking rows of each head", of_both};

constexpr TensorRule attention[] = {
    {"self_attn.q_proj.weight", "attn_q.weight", embedding, any, Need::sometimes},
    {"self_attn.q_a_proj.weight", "attn_q_a.weight", embedding, any, Need::sometimes},
    {"self_attn.q_a_layernorm.weight", "attn_q_a_norm.weight", any, none, Need::sometimes},
    {"self_attn.q_b_proj.weight", "attn_q_b.weight", any, any, Need::sometimes},
    {"self_attn.kv_a_proj_with_mqa.weight", "attn_kv_a_mqa.weight", embedding, any},
    {"self_attn.kv_a_layernorm.weight", "attn_kv_a_norm.weight", any},
    made("self_attn.kv_b_proj.weight", "attn_k_b.weight", key_rows),
    made("self_attn.kv_b_proj.weight", "attn_v_b.weight", value_rows),
    {"self_attn.o_proj.weight", "attn_output.weight", any, embedding},
};
constexpr auto layer = joined(layers::norms_before, attention, experts::networks, experts::prediction);
constexpr Stack stacks[] = {{"model.layers.#.", "blk.#.", layer, experts::all_count}};

/// Layers that predict further are no part of DeepSeek's GGUF models.
void prepare(const Preparation& preparation) {
  const uint64_t further = preparation.config.whole("num_nextn_predict_layers").value_or(0);
  for (uint64_t i = 0; i < further; ++i) {
    preparation.leave_out("model.layers." + std::to_string(preparation.sizes.layers + i) + '.');
  }
  experts::prepare(preparation);
}

void finish(const Conversion& conversion) {
  const HuggingFaceConfig& config = conversion.config;
  const uint64_t rank = member(config, "kv_lora_rank"), rotated = member(config, "qk_rope_head_dim");
  conversion.set_u32("block_count", conversion.sizes.all_layers());
  conversion.set_u32("attention.head_count_kv", 1);
  conversion.set_u32("attention.kv_lora_rank", rank);
  if (const auto queries_rank = config.whole("q_lora_rank")) {
    conversion.set_u32("attention.q_lora_rank", *queries_rank);
  }
  conversion.set_u32("attention.key_length", rank + rotated);
  conversion.set_u32("attention.value_length", rank);
  conversion.set_u32("attention.key_length_mla", member(config, "qk_nope_head_dim") + rotated);
  conversion.set_u32("attention.value_length_mla", member(config, "v_head_dim"));
  conversion.set_u32("rope.dimension_count", rotated);
  conversion.set_u32("vocab_size", conversion.sizes.vocabulary);
  const bool by_sigmoid = config.text("scoring_func").value_or("softmax") == "sigmoid";
  conversion.set_u32("expert_gating_func", by_sigmoid ? experts::sigmoid : experts::softmax);
  if (config.truth("norm_topk_prob").value_or(false)) conversion.set_bool("expert_weights_norm", true);
  if (conversion.sizes.next_layers) conversion.set_u32("nextn_predict_layers", conversion.sizes.next_layers);
  const RopeParameters rope(config);
  const auto scale = rope.number("mscale_all_dim");
  if (rope.type == "yarn" && scale) conversion.set_f32("rope.scaling.yarn_log_multiplier", 0.1 * *scale);
}

constexpr std::string_view precise[] = {"e_score_correction_bias"};

/// GGUF counts keys as llama.cpp computes them, in the short vector.
void complete(const Reversion& reversion) {
  const uint64_t rotated = reversion.whole("rope.dimension_count").value_or(0);
  const uint64_t key = reversion.whole("attention.key_length_mla").value_or(0);
  reversion.remove("head_dim");
  reversion.set("num_key_value_heads", reversion.whole("attention.head_count").value_or(0));
  reversion.set("kv_lora_rank", reversion.whole("attention.kv_lora_rank").value_or(0));
  const auto queries_rank = reversion.whole("attention.q_lora_rank");
  reversion.set("q_lora_rank", queries_rank ? Json(*queries_rank) : Json(nullptr));
  reversion.set("qk_rope_head_dim", rotated);
  reversion.set("qk_nope_head_dim", key - std::min(key, rotated));
  reversion.set("v_head_dim", reversion.whole("attention.value_length_mla").value_or(0));
  reversion.set("norm_topk_prob", reversion.truth("expert_weights_norm").value_or(false));
  if (const auto logarithm = reversion.number("rope.scaling.yarn_log_multiplier")) {
    Json scaling = *reversion.config.find("rope_scaling");
    const Json scale = short_number(static_cast<float>(*logarithm / 0.1));
    scaling.set("mscale", scale);
    scaling.set("mscale_all_dim", scale);
    reversion.set("rope_scaling", std::move(scaling));
  }
}

void complete_deepseek(const Reversion& reversion) {
  complete(reversion);
  const bool by_sigmoid = reversion.whole("expert_gating_func") == experts::sigmoid;
  reversion.set("scoring_func", by_sigmoid ? "sigmoid" : "softmax");
  if (by_sigmoid) return;
  reversion.set("architectures", Json::list({names[0]}));
  reversion.set("model_type", "deepseek_v2");
  reversion.set("topk_method",
                reversion.whole("expert_group_count").value_or(1) > 1 ? "group_limited_greedy" : "greedy");
}

void complete_lite(const Reversion& reversion) {
  complete(reversion);
  reversion.set("scoring_func", "sigmoid");
}

}  // namespace

const Family deepseek2 = {.architecture = "deepseek2",
                          .title = "DeepSeek V2 and V3",
                          .hugging_face = names,
                          .defaults = defaults,
                          .parameters = experts::parameters,
                          .globals = decoder_globals,
                          .finish = finish,
                          .stacks = stacks,
                          .prepare = prepare,
                          .origin = {names[1], "deepseek_v3", complete_deepseek, precise}};
const Family glm4_moe_lite = {.architecture = "deepseek2",
                              .title = "GLM-4.7 Flash",
                              .hugging_face = lite_names,
                              .defaults = defaults,
                              .parameters = experts::parameters,
                              .globals = decoder_globals,
                              .finish = finish,
                              .stacks = stacks,
                              .prepare = experts::prepare,
                              .origin = {lite_names[0], "glm4_moe_lite", complete_lite, precise}};

}  // namespace nibble::architecture
