#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/mamba.h"
#include "error.h"

/// Falcon-H1: attention and Mamba 2 side by side in each layer. The configuration's multipliers go into the matrices,
/// one after the other, in single precision.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"FalconH1ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"rms_norm_eps", 1e-5}, {"rope_theta", 1e11}, {"mamba_n_groups", 1}};
constexpr Parameter parameters[] = {
    {"vocab_size", "vocab_size", ValueType::u32},        {"ssm.conv_kernel", "mamba_d_conv", ValueType::u32},
    {"ssm.state_size", "mamba_d_state", ValueType::u32}, {"ssm.group_count", "mamba_n_groups", ValueType::u32},
    {"ssm.inner_size", "mamba_d_ssm", ValueType::u32},   {"ssm.time_step_rank", "mamba_n_heads", ValueType::u32},
};

double multiplier(const Operands& operands, std::string_view member) {
  return operands.config.number(member).value_or(1);
}

double multiplier(const Operands& operands, std::string_view member, size_t index) {
  const std::vector<double> list = operands.config.numbers(member);
  return index < list.size() ? list[index] : 1;
}

void scaled(const Operands& operands, std::initializer_list<double> factors) {
  View view = operands.view();
  for (const double factor : factors) view.times(factor);
  operands.add(view);
  operands.tensor.shape = operands.source().shape;
}

void gate(const Operands& operands) { scaled(operands, {multiplier(operands, "mlp_multipliers", 0)}); }
void down(const Operands& operands) { scaled(operands, {multiplier(operands, "mlp_multipliers", 1)}); }
void input(const Operands& operands) { scaled(operands, {multiplier(operands, "attention_in_multiplier")}); }
void key(const Operands& operands) {
  scaled(operands, {multiplier(operands, "key_multiplier"), multiplier(operands, "attention_in_multiplier")});
}
void output(const Operands& operands) { scaled(operands, {multiplier(operands, "attention_out_multiplier")}); }
void embeddings(const Operands& operands) { scaled(operands, {multiplier(operands, "embedding_multiplier")}); }
void head_layer(const Operands& operands) { scaled(operands, {multiplier(operands, "lm_head_multiplier")}); }
void mixer_output(const Operands& operands) { scaled(operands, {multiplier(operands, "ssm_out_multiplier")}); }

/// Gate, inner channels, two states of each group and a time step of each head have multipliers of their own.
void mixer_input(const Operands& operands) {
  const uint64_t inner = operands.config.whole("mamba_d_ssm").value_or(0);
  const uint64_t states =
      operands.config.whole("mamba_n_groups").value_or(1) * operands.config.whole("mamba_d_state").value_or(0);
  const uint64_t rows[] = {inner, inner, states, states, operands.config.whole("mamba_n_heads").value_or(0)};
  operands.tensor.shape = operands.source().shape;
  uint64_t first = 0;
  for (size_t i = 0; i < std::size(rows); ++i) {
    View view = operands.view();
    view.take(operations::rows, first, rows[i]).times(multiplier(operands, "ssm_in_multiplier"));
    operands.add(view.times(multiplier(operands, "ssm_multipliers", i)));
    first += rows[i];
  }
  if (first != operands.source().shape[1]) operands.divides(first, operands.source().shape[1] + 1);
}

using operations::functions::same;
constexpr std::string_view multiplying = "multiplying";
constexpr Operation scaled_gate{gate, multiplying, same}, scaled_down{down, multiplying, same},
    scaled_input{input, multiplying, same}, scaled_key{key, multiplying, same},
    scaled_output{output, multiplying, same}, scaled_embeddings{embeddings, multiplying, same},
    scaled_head{head_layer, multiplying, same}, scaled_mixer_input{mixer_input, multiplying, same},
    scaled_mixer_output{mixer_output, multiplying, same};

constexpr TensorRule globals[] = {
    made("model.embed_tokens.weight", "token_embd.weight", scaled_embeddings),
    {"model.final_layernorm.weight", "output_norm.weight", embedding},
    made("lm_head.weight", "output.weight", scaled_head, Need::unless_tied),
};
constexpr TensorRule layer[] = {
    {"input_layernorm.weight", "attn_norm.weight", embedding},
    {"pre_ff_layernorm.weight", "ffn_norm", embedding},
    made("self_attn.q_proj.weight", "attn_q.weight", scaled_input),
    made("self_attn.k_proj.weight", "attn_k.weight", scaled_key),
    made("self_attn.v_proj.weight", "attn_v.weight", scaled_input),
    made("self_attn.o_proj.weight", "attn_output.weight", scaled_output),
    made("feed_forward.gate_proj.weight", "ffn_gate.weight", scaled_gate),
    {"feed_forward.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    made("feed_forward.down_proj.weight", "ffn_down.weight", scaled_down),
};
constexpr TensorRule own_projections[] = {
    made("in_proj.weight", "ssm_in.weight", scaled_mixer_input),
    made("out_proj.weight", "ssm_out.weight", scaled_mixer_output),
};
constexpr auto mixer = joined(mamba::mixer, own_projections);
constexpr Stack stacks[] = {{"model.layers.#.", "blk.#.", layer}, {"model.layers.#.mamba.", "blk.#.", mixer}};

/// The multipliers are in the weights, and so none are left for the configuration.
void complete(const Reversion& reversion) {
  for (const char* name : {"embedding_multiplier", "lm_head_multiplier", "attention_in_multiplier",
                           "attention_out_multiplier", "key_multiplier", "ssm_in_multiplier", "ssm_out_multiplier"}) {
    reversion.set(name, 1.0);
  }
  reversion.set("mlp_multipliers", Json(std::vector<double>(2, 1.0)));
  reversion.set("ssm_multipliers", Json(std::vector<double>(5, 1.0)));
  const double inner = reversion.number("ssm.inner_size").value_or(0);
  const double heads = reversion.number("ssm.time_step_rank").value_or(0);
  if (heads > 0) reversion.set("mamba_d_head", static_cast<uint64_t>(inner / heads));
  reversion.set("mamba_conv_bias", reversion.find("blk.0.ssm_conv1d.bias") != nullptr);
  reversion.set("mamba_rms_norm", reversion.find("blk.0.ssm_norm.weight") != nullptr);
  // llama.cpp has no other order of norm and gate.
  reversion.set("mamba_norm_before_gate", false);
}

}  // namespace

const Family falcon_h1 = {.architecture = "falcon-h1",
                          .title = "Falcon-H1",
                          .hugging_face = names,
                          .defaults = defaults,
                          .parameters = parameters,
                          .globals = globals,
                          .stacks = stacks,
                          .origin = {names[0], "falcon_h1", complete, mamba::precise}};

}  // namespace nibble::architecture
