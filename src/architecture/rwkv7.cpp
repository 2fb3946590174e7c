#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/mamba.h"
#include "architecture/operations.h"

/// RWKV 7: no attention, a state that is read and written token by token.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"RWKV7ForCausalLM"};
constexpr ConfigDefault defaults[] = {{"norm_eps", 1e-5}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.layer_norm_epsilon", "norm_eps", ValueType::f32},
    {"wkv.head_size", "head_dim", ValueType::u32},
    {"attention.decay_lora_rank", "decay_low_rank_dim", ValueType::u32},
    {"attention.iclr_lora_rank", "a_low_rank_dim", ValueType::u32},
    {"attention.value_residual_mix_lora_rank", "v_low_rank_dim", ValueType::u32},
    {"attention.gate_lora_rank", "gate_low_rank_dim", ValueType::u32},
};
std::span<const Parameter> common() { return parameters; }

/// Six lists of one number a channel, as [channels, 1, 1, 6].
void fused(const Operands& operands) {
  operands.tensor.shape = {operands.source().shape[0], 1, 1, operands.tensor.sources.size()};
}

void flat(const Operands& operands) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  operands.tensor.shape = {shape[0] * (shape.size() > 1 ? shape[1] : 1)};
}

Operation::Shape of_fused(const Made& made) { return {made.shape[0], 1, 1}; }
Operation::Shape of_flat(const Made& made) {
  const uint64_t head = made.config.whole("head_dim").value_or(0);
  return head == 0 ? made.shape : Operation::Shape{head, made.shape[0] / head};
}
constexpr Operation fusing{fused, "stacking", of_fused}, flattening{flat, "putting heads in a row", of_flat};

/// Kinds of layers.
constexpr uint32_t first = 1, later = 2;

constexpr TensorRule globals[] = {
    {"model.embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"model.layers.0.pre_norm.weight", "token_embd_norm.weight", embedding},
    {"model.layers.0.pre_norm.bias", "token_embd_norm.bias", embedding, none, Need::sometimes},
    {"model.norm.weight", "output_norm.weight", embedding},
    {"model.norm.bias", "output_norm.bias", embedding, none, Need::sometimes},
    {"lm_head.weight", "output.weight", embedding, vocabulary, Need::unless_tied},
};
/// The first layer has no values before it to mix in; llama.cpp wants the tensors all the same.
constexpr TensorRule layer[] = {
    {"attn_norm.weight", "attn_norm.weight", embedding},
    {"attn_norm.bias", "attn_norm.bias", embedding, none, Need::sometimes},
    {"ffn_norm.weight", "attn_norm_2.weight", embedding},
    {"ffn_norm.bias", "attn_norm_2.bias", embedding, none, Need::sometimes},
    made("attn.x_r|attn.x_w|attn.x_k|attn.x_v|attn.x_a|attn.x_g", "time_mix_lerp_fused.weight", fusing),
    {"attn.k_k", "time_mix_k_k.weight", embedding},
    {"attn.k_a", "time_mix_k_a.weight", embedding},
    made("attn.r_k", "time_mix_r_k.weight", flattening),
    {"attn.r_proj.weight", "time_mix_receptance.weight", embedding, embedding},
    {"attn.k_proj.weight", "time_mix_key.weight", embedding, embedding},
    {"attn.v_proj.weight", "time_mix_value.weight", embedding, embedding},
    {"attn.o_proj.weight", "time_mix_output.weight", embedding, embedding},
    {"attn.w_lora.lora.0.weight", "time_mix_w1.weight", embedding, any},
    {"attn.w_lora.lora.2.weight", "time_mix_w2.weight", any, embedding},
    {"attn.w_lora.lora.2.bias", "time_mix_w0.weight", embedding},
    {"attn.a_lora.lora.0.weight", "time_mix_a1.weight", embedding, any},
    {"attn.a_lora.lora.2.weight", "time_mix_a2.weight", any, embedding},
    {"attn.a_lora.lora.2.bias", "time_mix_a0.weight", embedding},
    on(first, {"attn.a_lora.lora.0.weight", "time_mix_v1.weight", embedding, any}),
    on(later, {"attn.v_lora.lora.0.weight", "time_mix_v1.weight", embedding, any}),
    on(first, {"attn.a_lora.lora.2.weight", "time_mix_v2.weight", any, embedding}),
    on(later, {"attn.v_lora.lora.2.weight", "time_mix_v2.weight", any, embedding}),
    on(first, {"attn.a_lora.lora.2.bias", "time_mix_v0.weight", embedding}),
    on(later, {"attn.v_lora.lora.2.bias", "time_mix_v0.weight", embedding}),
    {"attn.g_lora.lora.0.weight", "time_mix_g1.weight", embedding, any},
    {"attn.g_lora.lora.2.weight", "time_mix_g2.weight", any, embedding},
    {"attn.g_norm.weight", "time_mix_ln.weight", embedding},
    {"attn.g_norm.bias", "time_mix_ln.bias", embedding, none, Need::sometimes},
    {"ffn.x_k", "channel_mix_lerp_k.weight", embedding},
    {"ffn.key.weight", "channel_mix_key.weight", embedding, any},
    {"ffn.value.weight", "channel_mix_value.weight", any, embedding},
};

void prepare(const Preparation& preparation) {
  preparation.sizes.kinds.assign(preparation.sizes.layers, later);
  preparation.sizes.kinds[0] = first;
  preparation.leave_out("model.layers.0.attn.v_lora.");
}

void finish(const Conversion& conversion) {
  conversion.set_u32("context_length", mamba::endless_context);
  conversion.set_u32("attention.head_count", 0);
}

void complete(const Reversion& reversion) {
  reversion.set("norm_first", true);
  reversion.set("norm_bias", reversion.find("blk.0.attn_norm.bias") != nullptr);
}

}  // namespace

const Family rwkv7 = {.architecture = "rwkv7",
                      .title = "RWKV 7",
                      .hugging_face = names,
                      .defaults = defaults,
                      .globals = globals,
                      .layer = layer,
                      .finish = finish,
                      .prepare = prepare,
                      .rope = false,
                      .common = common,
                      .origin = {names[0], "rwkv7", complete}};

}  // namespace nibble::architecture
