#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// gpt-oss: experts whose gate and up rows alternate, in MXFP4 blocks or, transposed, in half floats; a sink for the
/// attention of each head.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"GptOssForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 150000}, {"head_dim", 64}};
constexpr Parameter parameters[] = {
    {"expert_count", "num_local_experts", ValueType::u32},
    {"expert_used_count", "num_experts_per_tok", ValueType::u32},
    {"expert_feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.sliding_window", "sliding_window", ValueType::u32},
};

bool in_blocks(const Operands& operands) { return operands.source().type == Type::mxfp4; }

void gate(const Operands& operands) {
  in_blocks(operands) ? operations::even_rows(operands) : operations::even_columns_transposed(operands);
}
void up(const Operands& operands) {
  in_blocks(operands) ? operations::odd_rows(operands) : operations::odd_columns_transposed(operands);
}
void down(const Operands& operands) {
  if (!in_blocks(operands)) return operations::transposed(operands);
  operands.tensor.shape = operands.source().shape;
}

using operations::functions::of_every_other_column_transposed, operations::functions::of_transposed;
constexpr Operation gate_of_both{gate, "taking every other row", of_every_other_column_transposed},
    up_of_both{up, "taking every other row", of_every_other_column_transposed},
    turned{down, "transposing", of_transposed};

constexpr TensorRule own[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"self_attn.sinks", "attn_sinks.weight", heads},
    {"post_attention_layernorm.weight", "post_attention_norm.weight", embedding},
    {"mlp.router.weight", "ffn_gate_inp.weight", embedding, experts},
    {"mlp.router.bias", "ffn_gate_inp.bias", experts},
    made("mlp.experts.gate_up_proj", "ffn_gate_exps.weight", gate_of_both),
    made("mlp.experts.gate_up_proj", "ffn_up_exps.weight", up_of_both),
    made("mlp.experts.down_proj", "ffn_down_exps.weight", turned),
    made("mlp.experts.gate_up_proj_bias", "ffn_gate_exps.bias", operations::even_columns),
    made("mlp.experts.gate_up_proj_bias", "ffn_up_exps.bias", operations::odd_columns),
    {"mlp.experts.down_proj_bias", "ffn_down_exps.bias", embedding, experts},
};
constexpr auto layer = joined(layers::attention, layers::attention_biases, own);

/// Published models cut nothing off where the stretching of the rotary embedding begins, which is not the class's own
/// way.
void complete(const Reversion& reversion) {
  const Json* found = reversion.config.find("rope_scaling");
  if (!found) return;
  Json scaling = *found;
  scaling.set("truncate", false);
  reversion.set("rope_scaling", std::move(scaling));
}

}  // namespace

const Family gpt_oss = {.architecture = "gpt-oss",
                        .title = "gpt-oss",
                        .hugging_face = names,
                        .defaults = defaults,
                        .parameters = parameters,
                        .globals = decoder_globals,
                        .layer = layer,
                        .origin = {names[0], "gpt_oss", complete}};

}  // namespace nibble::architecture
