#include "architecture/families.h"
#include "architecture/layers.h"

/// T5: the encoder alone, or with the decoder. Distances between tokens are told by a table in the first layer.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"T5ForConditionalGeneration", "MT5ForConditionalGeneration",
                                      "UMT5ForConditionalGeneration", "T5WithLMHeadModel"};
/// Without the output layer.
constexpr std::string_view bare_names[] = {"UMT5Model"};
constexpr std::string_view encoder_names[] = {"T5EncoderModel"};
constexpr ConfigDefault defaults[] = {
    {"layer_norm_epsilon", 1e-6}, {"n_positions", 512}, {"relative_attention_num_buckets", 32}};
constexpr ConfigAlias aliases[] = {{"hidden_size", "d_model"},
                                   {"num_hidden_layers", "num_layers"},
                                   {"num_attention_heads", "num_heads"},
                                   {"intermediate_size", "d_ff"}};
constexpr Parameter parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "n_positions", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.key_length", "d_kv", ValueType::u32},
    {"attention.value_length", "d_kv", ValueType::u32},
    {"attention.layer_norm_epsilon", "layer_norm_epsilon", ValueType::f32},
    {"attention.layer_norm_rms_epsilon", "layer_norm_epsilon", ValueType::f32},
    {"attention.relative_buckets_count", "relative_attention_num_buckets", ValueType::u32},
};
constexpr Parameter decoder_parameters[] = {
    {"decoder_start_token_id", "decoder_start_token_id", ValueType::u32},
};
std::span<const Parameter> common() { return parameters; }

constexpr TensorRule encoder_globals[] = {
    {"decoder.embed_tokens.weight", "token_embd.weight", embedding, any},
    {"encoder.embed_tokens.weight", "token_embd.weight", embedding, any},
    {"shared.weight", "token_embd.weight", embedding, any},
    {"encoder.final_layer_norm.weight", "enc.output_norm.weight", embedding},
};
constexpr TensorRule decoder_only_globals[] = {
    {"decoder.final_layer_norm.weight", "dec.output_norm.weight", embedding},
    {"lm_head.weight", "output.weight", embedding, any, Need::unless_tied},
};
constexpr auto globals = joined(encoder_globals, decoder_only_globals);
constexpr TensorRule bare_only_globals[] = {decoder_only_globals[0], optional(decoder_only_globals[1])};
constexpr auto bare_globals = joined(encoder_globals, bare_only_globals);

constexpr TensorRule encoder[] = {
    {"0.SelfAttention.q.weight", "attn_q.weight", embedding, any},
    {"0.SelfAttention.k.weight", "attn_k.weight", embedding, any},
    {"0.SelfAttention.v.weight", "attn_v.weight", embedding, any},
    {"0.SelfAttention.o.weight", "attn_o.weight", any, embedding},
    {"0.SelfAttention.relative_attention_bias.weight", "attn_rel_b.weight", any, any, Need::sometimes},
    {"0.layer_norm.weight", "attn_norm.weight", embedding},
    {"1.DenseReluDense.wi_0.weight", "ffn_gate.weight", embedding, feed_forward, Need::sometimes},
    {"1.DenseReluDense.wi_1.weight", "ffn_up.weight", embedding, feed_forward},
    {"1.DenseReluDense.wi.weight", "ffn_up.weight", embedding, feed_forward},
    {"1.DenseReluDense.wo.weight", "ffn_down.weight", feed_forward, embedding},
    {"1.layer_norm.weight", "ffn_norm.weight", embedding},
};
constexpr TensorRule decoder[] = {
    encoder[0],
    encoder[1],
    encoder[2],
    encoder[3],
    encoder[4],
    encoder[5],
    {"1.EncDecAttention.q.weight", "cross_attn_q.weight", embedding, any},
    {"1.EncDecAttention.k.weight", "cross_attn_k.weight", embedding, any},
    {"1.EncDecAttention.v.weight", "cross_attn_v.weight", embedding, any},
    {"1.EncDecAttention.o.weight", "cross_attn_o.weight", any, embedding},
    {"1.layer_norm.weight", "cross_attn_norm.weight", embedding},
    {"2.DenseReluDense.wi_0.weight", "ffn_gate.weight", embedding, feed_forward, Need::sometimes},
    {"2.DenseReluDense.wi_1.weight", "ffn_up.weight", embedding, feed_forward},
    {"2.DenseReluDense.wi.weight", "ffn_up.weight", embedding, feed_forward},
    {"2.DenseReluDense.wo.weight", "ffn_down.weight", feed_forward, embedding},
    {"2.layer_norm.weight", "ffn_norm.weight", embedding},
};
/// The decoder's layers are counted beside the others: sizes.next_layers.
constexpr Stack stacks[] = {
    {"encoder.block.#.layer.", "enc.blk.#.", encoder},
    {"decoder.block.#.layer.", "dec.blk.#.", decoder, [](const Sizes& sizes) { return sizes.next_layers; }}};
constexpr Stack encoder_stacks[] = {stacks[0]};
/// The last is a vocabulary's file, which some that publish the encoder alone put among its tensors.
constexpr std::string_view encoder_left_out[] = {"decoder.", "lm_head.", "spiece_model"};

void prepare(const Preparation& preparation) {
  preparation.sizes.next_layers = preparation.config.whole("num_decoder_layers").value_or(preparation.sizes.layers);
}

void finish(const Conversion& conversion) { conversion.set_u32("decoder_block_count", conversion.sizes.next_layers); }

bool has_gates(const FindTensor& find) { return find("enc.blk.0.ffn_gate.weight") != nullptr; }

/// Folders have the embedding once, beside encoder and decoder, and the networks' first matrix by one of two names.
bool passes_over(std::string_view source, const FindTensor& find) {
  return source.ends_with(".embed_tokens.weight") || source.ends_with(has_gates(find) ? ".wi.weight" : ".wi_1.weight");
}

void complete(const Reversion& reversion) {
  reversion.set("feed_forward_proj", has_gates(reversion.find) ? "gated-gelu" : "relu");
  reversion.set("num_decoder_layers", reversion.whole("decoder_block_count").value_or(0));
}

void complete_encoder(const Reversion& reversion) {
  complete(reversion);
  reversion.remove("num_decoder_layers");
}

/// With the decoder.
constexpr Family whole(std::span<const std::string_view> classes, std::span<const TensorRule> outside_of_layers) {
  return {.architecture = "t5",
          .title = "T5",
          .hugging_face = classes,
          .defaults = defaults,
          .parameters = decoder_parameters,
          .globals = outside_of_layers,
          .finish = finish,
          .aliases = aliases,
          .stacks = stacks,
          .prepare = prepare,
          .rope = false,
          .common = common,
          .origin = {classes[0], "t5", complete, {}, passes_over}};
}

}  // namespace

const Family t5 = whole(names, globals);
const Family t5_bare = whole(bare_names, bare_globals);
const Family t5_encoder = {.architecture = "t5encoder",
                           .title = "T5's encoder",
                           .hugging_face = encoder_names,
                           .defaults = defaults,
                           .tied_by_default = true,
                           .globals = encoder_globals,
                           .left_out = encoder_left_out,
                           .aliases = aliases,
                           .stacks = encoder_stacks,
                           .rope = false,
                           .common = common,
                           .origin = {encoder_names[0], "t5", complete_encoder, {}, passes_over}};

}  // namespace nibble::architecture
