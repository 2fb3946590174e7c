#include "architecture/families.h"
#include "architecture/layers.h"
#include "architecture/operations.h"
#include "error.h"

/// Encoders: BERT, and XLM-RoBERTa (bge-m3 and others), whose first rows of positions stand for padding.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"BertModel", "BertForMaskedLM", "BertForSequenceClassification"};
constexpr std::string_view roberta_names[] = {"XLMRobertaModel", "XLMRobertaForMaskedLM", "RobertaModel"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-12}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_position_embeddings", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_eps", ValueType::f32},
};
std::span<const Parameter> common() { return parameters; }

/// Positions are counted from the one behind the padding's.
uint64_t unused_positions(const HuggingFaceConfig& config) { return config.whole("pad_token_id").value_or(1) + 1; }

void used_positions(const Operands& operands) {
  const uint64_t unused = unused_positions(operands.config), rows = operands.source().shape[1];
  if (unused >= rows) operands.divides(unused, rows + 1);
  View view = operands.view();
  operands.add(view.take(operations::rows, unused, rows - unused));
  operands.tensor.shape = {operands.source().shape[0], rows - unused};
}

Operation::Shape of_used_positions(const Made& made) {
  return {made.shape[0], (made.shape.size() > 1 ? made.shape[1] : 1) + unused_positions(made.config)};
}
constexpr Operation later{used_positions, "dropping the first rows", of_used_positions, true};

constexpr TensorRule embeddings[] = {
    {"embeddings.word_embeddings.weight", "token_embd.weight", embedding, vocabulary},
    {"embeddings.token_type_embeddings.weight", "token_types.weight", embedding, any},
    {"embeddings.LayerNorm.weight", "token_embd_norm.weight", embedding},
    {"embeddings.LayerNorm.bias", "token_embd_norm.bias", embedding},
};
constexpr TensorRule positions[] = {{"embeddings.position_embeddings.weight", "position_embd.weight", embedding, any}};
constexpr TensorRule later_positions[] = {made("embeddings.position_embeddings.weight", "position_embd.weight", later)};
constexpr auto globals = joined(embeddings, positions);
constexpr auto roberta_globals = joined(embeddings, later_positions);
constexpr TensorRule layer[] = {
    {"attention.self.query.weight", "attn_q.weight", embedding, embedding},
    {"attention.self.query.bias", "attn_q.bias", embedding},
    {"attention.self.key.weight", "attn_k.weight", embedding, embedding},
    {"attention.self.key.bias", "attn_k.bias", embedding},
    {"attention.self.value.weight", "attn_v.weight", embedding, embedding},
    {"attention.self.value.bias", "attn_v.bias", embedding},
    {"attention.output.dense.weight", "attn_output.weight", embedding, embedding},
    {"attention.output.dense.bias", "attn_output.bias", embedding},
    {"attention.output.LayerNorm.weight", "attn_output_norm.weight", embedding},
    {"attention.output.LayerNorm.bias", "attn_output_norm.bias", embedding},
    {"intermediate.dense.weight", "ffn_up.weight", embedding, feed_forward},
    {"intermediate.dense.bias", "ffn_up.bias", feed_forward},
    {"output.dense.weight", "ffn_down.weight", feed_forward, embedding},
    {"output.dense.bias", "ffn_down.bias", embedding},
    {"output.LayerNorm.weight", "layer_output_norm.weight", embedding},
    {"output.LayerNorm.bias", "layer_output_norm.bias", embedding},
};
constexpr Stack stacks[] = {{"encoder.layer.#.", "blk.#.", layer}};
constexpr std::string_view left_out[] = {"embeddings.position_ids", "pooler.", "cls.predictions.",
                                         "cls.seq_relationship.", "lm_head."};

void finish(const Conversion& conversion) { conversion.set_bool("attention.causal", false); }

void finish_roberta(const Conversion& conversion) {
  finish(conversion);
  const uint64_t all = conversion.config.whole("max_position_embeddings").value_or(0);
  conversion.set_u32("context_length", all - std::min(all, unused_positions(conversion.config)));
}

/// The tokenizer tells XLM-RoBERTa from BERT.
bool is_roberta(const Reversion& reversion) {
  return reversion.metadata.text("tokenizer.ggml.model").value_or("") == "t5";
}

void complete_with_types(const Reversion& reversion) {
  const SourceTensor* types = reversion.find("token_types.weight");
  if (types) reversion.set("type_vocab_size", types->shape.size() > 1 ? types->shape[1] : 1);
  reversion.remove("tie_word_embeddings");
  reversion.remove("attention_bias");
  reversion.remove("mlp_bias");
}

void complete(const Reversion& reversion) {
  if (is_roberta(reversion)) throw Error("By its tokenizer the model is XLM-RoBERTa, not BERT.");
  complete_with_types(reversion);
}

void complete_roberta(const Reversion& reversion) {
  complete_with_types(reversion);
  constexpr uint64_t padding = 1;
  reversion.set("pad_token_id", padding);
  reversion.set("max_position_embeddings", reversion.whole("context_length").value_or(0) + padding + 1);
}

}  // namespace

const Family bert = {.architecture = "bert",
                     .title = "BERT",
                     .hugging_face = names,
                     .defaults = defaults,
                     .tied_by_default = true,
                     .globals = globals,
                     .left_out = left_out,
                     .finish = finish,
                     .stacks = stacks,
                     .rope = false,
                     .common = common,
                     .origin = {"BertModel", "bert", complete}};
const Family xlm_roberta = {.architecture = "bert",
                            .title = "XLM-RoBERTa",
                            .hugging_face = roberta_names,
                            .defaults = defaults,
                            .tied_by_default = true,
                            .globals = roberta_globals,
                            .left_out = left_out,
                            .finish = finish_roberta,
                            .stacks = stacks,
                            .rope = false,
                            .common = common,
                            .origin = {"XLMRobertaModel", "xlm-roberta", complete_roberta}};

}  // namespace nibble::architecture
