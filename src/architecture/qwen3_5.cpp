#include "architecture/families.h"
#include "architecture/gated_delta.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// Qwen3.5, dense and with experts: three of four layers are gated delta nets, and a layer may follow that predicts the
/// token after the next. llama.cpp counts value heads by their place in a group first, then by group.
namespace nibble::architecture {
namespace {

using enum Size;
using namespace gated_delta;

constexpr std::string_view names[] = {"Qwen3_5ForCausalLM", "Qwen3_5ForConditionalGeneration"};
constexpr std::string_view moe_names[] = {"Qwen3_5MoeForCausalLM", "Qwen3_5MoeForConditionalGeneration"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 1e7}, {"full_attention_interval", 4}};
constexpr std::string_view left_out[] = {"visual.", "model.visual."};

/// The value heads of an axis that has `size` weights for each, in llama.cpp's order.
View& regroup(const Operands& operands, View& view, size_t axis, uint64_t size) {
  const uint64_t groups = key_heads_of(operands.config), per_group = value_heads_of(operands.config) / groups;
  operands.divides(size * per_group * groups, view.size(axis));
  view.split(axis, size).split(axis + 1, per_group).swap(axis + 1, axis + 2);
  return view;
}

/// Rows of queries and keys as they are, those of values regrouped.
void regrouped_values(const Operands& operands) {
  const uint64_t before = 2 * key_heads_of(operands.config) * key_size_of(operands.config);
  View values = operands.view();
  // A convolution has an axis of one step between columns and rows.
  const size_t axis = operands.source().shape.size() - 1;
  const uint64_t all = values.size(axis);
  operands.divides(value_heads_of(operands.config), all - std::min(before, all));
  View first = operands.view();
  operands.add(first.take(axis, 0, before));
  values.take(axis, before, all - before);
  operands.add(regroup(operands, values, axis, value_size_of(operands.config)));
  operands.tensor.shape = {values.size(0), all};
}

void value_rows(const Operands& operands) {
  View view = operands.view();
  operands.add(regroup(operands, view, operations::rows, value_size_of(operands.config)));
  operands.tensor.shape = operands.source().shape;
}

void value_columns(const Operands& operands) {
  View view = operands.view();
  operands.add(regroup(operands, view, operations::columns, value_size_of(operands.config)));
  operands.tensor.shape = operands.source().shape;
}

/// One row, or one number, a head.
void heads_of_values(const Operands& operands) {
  View view = operands.view();
  operands.add(regroup(operands, view, operands.source().shape.size() - 1, 1));
  operands.tensor.shape = operands.source().shape;
}

void decays(const Operands& operands) {
  View view = operands.view();
  operands.add(regroup(operands, view, 0, 1).minus_exp());
  operands.tensor.shape = operands.source().shape;
}

using operations::functions::same, operations::functions::of_squeezed;
constexpr std::string_view moving = "ordering value heads anew";
constexpr Operation move_values{regrouped_values, moving, same}, move_channels{regrouped_values, moving, of_squeezed},
    move_rows{value_rows, moving, same}, move_columns{value_columns, moving, same},
    move_heads{heads_of_values, moving, same};

constexpr TensorRule delta_net[] = {
    made("linear_attn.in_proj_qkv.weight", "attn_qkv.weight", move_values),
    made("linear_attn.in_proj_z.weight", "attn_gate.weight", move_rows),
    made("linear_attn.in_proj_b.weight", "ssm_beta.weight", move_heads),
    made("linear_attn.in_proj_a.weight", "ssm_alpha.weight", move_heads),
    made("linear_attn.conv1d.weight", "ssm_conv1d.weight", move_channels),
    made("linear_attn.A_log", "ssm_a", Operation{decays, "making x into -e^x", same}),
    made("linear_attn.dt_bias", "ssm_dt.bias", move_heads),
    {"linear_attn.norm.weight", "ssm_norm.weight", any},
    made("linear_attn.out_proj.weight", "ssm_out.weight", move_columns),
};
constexpr auto dense = joined(norms, on(full, attention), on(linear, delta_net), layers::gated_feed_forward);
constexpr auto routed = joined(norms, on(full, attention), on(linear, delta_net), feed_forward_of_experts);
constexpr Stack dense_stacks[] = {{"model.layers.#.", "blk.#.", dense},
                                  {"mtp.layers.#.", "blk.#.", dense, next_count, next_first},
                                  {"mtp.", "blk.#.", prediction, next_count, next_first}};
constexpr Stack moe_stacks[] = {{"model.layers.#.", "blk.#.", routed},
                                {"mtp.layers.#.", "blk.#.", routed, next_count, next_first},
                                {"mtp.", "blk.#.", prediction, next_count, next_first}};

/// As the classes of the text models have it, which are told of sections although text needs none.
void complete_text(const Reversion& reversion) {
  complete(reversion);
  Json rope = {{"rope_type", "default"}};
  for (const char* member : {"rope_theta", "partial_rotary_factor"}) {
    if (const Json* value = reversion.config.find(member)) rope.set(member, *value);
    reversion.remove(member);
  }
  std::vector<uint32_t> sections = reversion.numbers("rope.dimension_sections");
  if (sections.size() == 4 && sections[3] == 0) sections.pop_back();
  if (!sections.empty()) {
    rope.set("mrope_section", Json(sections));
    rope.set("mrope_interleaved", true);
  }
  reversion.set("rope_parameters", std::move(rope));
}

}  // namespace

const Family qwen3_5 = {.architecture = "qwen35",
                        .title = "Qwen3.5",
                        .hugging_face = names,
                        .defaults = defaults,
                        .parameters = parameters,
                        .globals = globals,
                        .left_out = left_out,
                        .finish = finish,
                        .stacks = dense_stacks,
                        .prepare = prepare,
                        .origin = {names[0], "qwen3_5_text", complete_text, precise}};
const Family qwen3_5_moe = {.architecture = "qwen35moe",
                            .title = "Qwen3.5 with experts",
                            .hugging_face = moe_names,
                            .defaults = defaults,
                            .parameters = moe_parameters,
                            .globals = globals,
                            .left_out = left_out,
                            .finish = finish,
                            .stacks = moe_stacks,
                            .prepare = prepare,
                            .origin = {moe_names[0], "qwen3_5_moe_text", complete_text, precise}};

}  // namespace nibble::architecture
