#include "architecture/families.h"
#include "architecture/gated_delta.h"
#include "architecture/layers.h"

/// Qwen3-Next: experts everywhere, three of four layers gated delta nets whose queries, keys, values and gates lie
/// together head by head.
namespace nibble::architecture {
namespace {

using namespace gated_delta;

constexpr std::string_view names[] = {"Qwen3NextForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-6}, {"rope_theta", 1e7}, {"full_attention_interval", 4}};

/// `count` rows of each key head's, from `begin` on.
View of_heads(const Operands& operands, uint64_t begin, uint64_t count) {
  View view = operands.view();
  const uint64_t heads = key_heads_of(operands.config);
  operands.divides(heads, view.size(operations::rows));
  view.split(operations::rows, view.size(operations::rows) / heads).take(operations::rows, begin, count);
  return view;
}

void gathered(const Operands& operands) {
  const uint64_t keys = key_size_of(operands.config), heads = key_heads_of(operands.config);
  const uint64_t values = value_heads_of(operands.config) / heads * value_size_of(operands.config);
  operands.divides(2 * heads * (keys + values), operands.source().shape[1]);
  operands.add(of_heads(operands, 0, keys));
  operands.add(of_heads(operands, keys, keys));
  operands.add(of_heads(operands, 2 * keys, values));
  operands.tensor.shape = {operands.source().shape[0], heads * (2 * keys + values)};
}

void gates(const Operands& operands) {
  const uint64_t keys = key_size_of(operands.config), heads = key_heads_of(operands.config);
  const uint64_t values = value_heads_of(operands.config) / heads * value_size_of(operands.config);
  operands.divides(2 * heads * (keys + values), operands.source().shape[1]);
  operands.add(of_heads(operands, 2 * keys + values, values));
  operands.tensor.shape = {operands.source().shape[0], heads * values};
}

Operation::Shape of_all(const Made& made) {
  const uint64_t keys = key_heads_of(made.config) * key_size_of(made.config);
  return {made.shape[0], 2 * (keys + value_heads_of(made.config) * value_size_of(made.config))};
}
constexpr std::string_view taking = "taking rows of each head";

constexpr TensorRule delta_net[] = {
    made("linear_attn.in_proj_qkvz.weight", "attn_qkv.weight", Operation{gathered, taking, of_all}),
    made("linear_attn.in_proj_qkvz.weight", "attn_gate.weight", Operation{gates, taking, of_all}),
    {"linear_attn.in_proj_ba.weight", "ssm_ba.weight", embedding, any},
    made("linear_attn.conv1d.weight", "ssm_conv1d.weight", operations::squeezed),
    made("linear_attn.A_log", "ssm_a", operations::minus_exp),
    {"linear_attn.dt_bias", "ssm_dt.bias", any},
    {"linear_attn.norm.weight", "ssm_norm.weight", any},
    {"linear_attn.out_proj.weight", "ssm_out.weight", any, embedding},
};
constexpr auto layer = joined(norms, on(full, attention), on(linear, delta_net), feed_forward_of_experts);
constexpr Stack stacks[] = {{"model.layers.#.", "blk.#.", layer},
                            {"mtp.layers.#.", "blk.#.", layer, next_count, next_first},
                            {"mtp.", "blk.#.", prediction, next_count, next_first}};

/// Experts are one by one.
bool passes_over(std::string_view source, const FindTensor&) {
  return source == "mlp.experts.gate_up_proj" || source == "mlp.experts.down_proj";
}

}  // namespace

const Family qwen3_next = {.architecture = "qwen3next",
                           .title = "Qwen3-Next",
                           .hugging_face = names,
                           .defaults = defaults,
                           .parameters = moe_parameters,
                           .globals = globals,
                           .finish = finish,
                           .stacks = stacks,
                           .prepare = prepare,
                           .origin = {names[0], "qwen3_next", complete, precise, passes_over}};

}  // namespace nibble::architecture
