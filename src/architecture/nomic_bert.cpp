#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"

/// Nomic's text encoders, dense (gated) and with experts in every other layer.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr uint32_t dense = 1, routed = 2;

constexpr std::string_view names[] = {"NomicBertModel"};
constexpr ConfigDefault defaults[] = {{"layer_norm_epsilon", 1e-12}, {"rotary_emb_base", 1000}};
constexpr ConfigAlias aliases[] = {{"hidden_size", "n_embd"},
                                   {"num_hidden_layers", "n_layer"},
                                   {"num_attention_heads", "n_head"},
                                   {"intermediate_size", "n_inner"}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_trained_positions", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_epsilon", ValueType::f32},
    {"rope.freq_base", "rotary_emb_base", ValueType::f32},
};
constexpr Parameter moe_parameters[] = {{"expert_count", "num_experts", ValueType::u32},
                                        {"expert_used_count", "moe_top_k", ValueType::u32},
                                        {"moe_every_n_layers", "moe_every_n_layers", ValueType::u32}};
/// The length that the model with experts was trained with, which its configuration does not say.
constexpr uint64_t moe_context = 512;
std::span<const Parameter> common() { return parameters; }

void of_experts(const Operands& operands) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  operands.divides(operands.sizes.experts, shape[1]);
  operands.tensor.shape = {shape[0], shape[1] / operands.sizes.experts, operands.sizes.experts};
}

void of_experts_transposed(const Operands& operands) {
  View view = operands.view();
  operands.divides(operands.sizes.experts, view.size(operations::rows));
  view.split(operations::rows, view.size(operations::rows) / operands.sizes.experts);
  operands.add(view.swap(operations::columns, operations::rows));
  operands.tensor.shape = {view.size(0), view.size(1), operands.sizes.experts};
}

constexpr std::string_view losing = "dividing into experts, behind which the biases are left out";
constexpr Operation cut{of_experts, losing}, cut_and_turned{of_experts_transposed, losing};

constexpr TensorRule globals[] = {
    {"embeddings.word_embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"embeddings.token_type_embeddings.weight", "token_types.weight", embedding, any},
    {"emb_ln.weight", "token_embd_norm.weight", embedding},
    {"emb_ln.bias", "token_embd_norm.bias", embedding},
};
constexpr TensorRule attention[] = {
    {"attn.Wqkv.weight", "attn_qkv.weight", embedding, any},
    {"attn.Wqkv.bias", "attn_qkv.bias", any, none, Need::sometimes},
    {"attn.out_proj.weight", "attn_output.weight", embedding, embedding},
    {"attn.out_proj.bias", "attn_output.bias", embedding, none, Need::sometimes},
    {"norm1.weight", "attn_output_norm.weight", embedding},
    {"norm1.bias", "attn_output_norm.bias", embedding},
    {"norm2.weight", "layer_output_norm.weight", embedding},
    {"norm2.bias", "layer_output_norm.bias", embedding},
};
constexpr TensorRule gated[] = {
    {"mlp.fc11.weight", "ffn_up.weight", embedding, feed_forward},
    {"mlp.fc12.weight", "ffn_gate.weight", embedding, feed_forward},
    {"mlp.fc2.weight", "ffn_down.weight", feed_forward, embedding},
};
constexpr TensorRule mixed[] = {
    on(dense, {"mlp.fc1.weight", "ffn_up.weight", embedding, feed_forward}),
    on(dense, {"mlp.fc1.bias", "ffn_up.bias", feed_forward, none, Need::sometimes}),
    on(dense, {"mlp.fc2.weight", "ffn_down.weight", feed_forward, embedding}),
    on(dense, {"mlp.fc2.bias", "ffn_down.bias", embedding, none, Need::sometimes}),
    on(routed, {"mlp.router.layer.weight", "ffn_gate_inp.weight", embedding, experts}),
    on(routed, made("mlp.experts.mlp.w1", "ffn_up_exps.weight", cut)),
    on(routed, made("mlp.experts.mlp.w2", "ffn_down_exps.weight", cut_and_turned)),
};
constexpr auto layer = joined(attention, gated);
constexpr auto moe_layer = joined(attention, mixed);
constexpr Stack stacks[] = {{"encoder.layers.#.", "blk.#.", layer}};
constexpr Stack moe_stacks[] = {{"encoder.layers.#.", "blk.#.", moe_layer}};

void prepare(const Preparation& preparation) {
  const uint64_t every = std::max<uint64_t>(1, preparation.config.whole("moe_every_n_layers").value_or(2));
  for (uint64_t i = 0; i < preparation.sizes.layers; ++i) {
    preparation.sizes.kinds.push_back(i % every == every - 1 ? routed : dense);
    // llama.cpp adds no bias behind the experts.
    preparation.leave_out("encoder.layers." + std::to_string(i) + ".mlp.experts.bias");
  }
}

void finish(const Conversion& conversion) { conversion.set_bool("attention.causal", false); }
void finish_moe(const Conversion& conversion) {
  finish(conversion);
  conversion.set_u32("context_length", moe_context);
}

/// As the one published class has it: gated, norms behind the parts of a layer.
void complete(const Reversion& reversion) {
  const SourceTensor* types = reversion.find("token_types.weight");
  if (types) reversion.set("type_vocab_size", types->shape.size() > 1 ? types->shape[1] : 1);
  for (const char* name : {"tie_word_embeddings", "attention_bias", "mlp_bias"}) reversion.remove(name);
  reversion.set("activation_function", "swiglu");
  for (const char* name : {"causal", "prenorm", "use_rms_norm", "parallel_block", "mlp_fc1_bias", "mlp_fc2_bias",
                           "rotary_emb_interleaved"}) {
    reversion.set(name, false);
  }
  reversion.set("qkv_proj_bias", reversion.find("blk.0.attn_qkv.bias") != nullptr);
  reversion.set("rotary_emb_fraction", 1.0);
  reversion.set("n_positions", reversion.whole("context_length").value_or(0));
}

bool has_experts(const HuggingFaceConfig& config) { return config.whole("num_experts").value_or(0) > 0; }
bool has_none(const HuggingFaceConfig& config) { return !has_experts(config); }

}  // namespace

const Family nomic_bert = {.architecture = "nomic-bert",
                           .title = "Nomic BERT",
                           .hugging_face = names,
                           .defaults = defaults,
                           .tied_by_default = true,
                           .globals = globals,
                           .finish = finish,
                           .aliases = aliases,
                           .stacks = stacks,
                           .rope = false,
                           .suits = has_none,
                           .common = common,
                           .origin = {names[0], "nomic_bert", complete}};
const Family nomic_bert_moe = {.architecture = "nomic-bert-moe",
                               .title = "Nomic BERT with experts",
                               .hugging_face = names,
                               .defaults = defaults,
                               .tied_by_default = true,
                               .parameters = moe_parameters,
                               .globals = globals,
                               .finish = finish_moe,
                               .aliases = aliases,
                               .stacks = moe_stacks,
                               .prepare = prepare,
                               .rope = false,
                               .suits = has_experts,
                               .common = common};

}  // namespace nibble::architecture
