#pragma once
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "core/family_folder.h"
#include "core/gguf_builder.h"
#include "numeric/half.h"

/// Small decoders as GGUF files, with invented weights in single precision.
namespace nibble::network {

class DecoderFile {
 public:
  /// With the vocabulary of 512 tokens that llama.cpp asks for.
  explicit DecoderFile(const char* architecture) : prefix_(std::string(architecture) + '.') {
    file_.value("general.architecture", architecture);
    GgufBuilder::Bytes pieces, scores, types;
    for (uint32_t token = 0; token < vocabulary; ++token) {
      // Unknown, begin and end of a text; the 256 bytes; then any words.
      const bool is_byte = token >= 3 && token < 3 + 256;
      char name[16];
      std::snprintf(name, sizeof name, is_byte ? "<0x%02X>" : "<%u>", is_byte ? token - 3 : token);
      append(pieces, GgufBuilder::text(name));
      append(scores, GgufBuilder::raw(-static_cast<float>(token)));
      append(types, GgufBuilder::raw<int32_t>(is_byte ? 6 : token == 0 ? 2 : token < 3 ? 3 : 1));
    }
    file_.value("tokenizer.ggml.model", "llama");
    file_.value("tokenizer.ggml.tokens", GgufBuilder::array,
                GgufBuilder::list(GgufBuilder::string, vocabulary, pieces));
    file_.value("tokenizer.ggml.scores", GgufBuilder::array, GgufBuilder::list(GgufBuilder::f32, vocabulary, scores));
    file_.value("tokenizer.ggml.token_type", GgufBuilder::array,
                GgufBuilder::list(GgufBuilder::i32, vocabulary, types));
    size("context_length", 256);
  }

  static constexpr uint32_t vocabulary = 512;

  DecoderFile& size(const std::string& key, uint32_t value) {
    file_.value(prefix_ + key, value);
    return *this;
  }
  DecoderFile& number(const std::string& key, float value) {
    file_.value(prefix_ + key, GgufBuilder::f32, GgufBuilder::raw(value));
    return *this;
  }
  DecoderFile& truth(const std::string& key, bool value) {
    file_.value(prefix_ + key, GgufBuilder::boolean, {static_cast<uint8_t>(value)});
    return *this;
  }
  DecoderFile& word(const std::string& key, const char* value) {
    file_.value(prefix_ + key, value);
    return *this;
  }
  DecoderFile& sizes(const std::string& key, const std::vector<uint32_t>& values) {
    GgufBuilder::Bytes all;
    for (const uint32_t one : values) append(all, GgufBuilder::raw(one));
    file_.value(prefix_ + key, GgufBuilder::array, GgufBuilder::list(GgufBuilder::u32, values.size(), all));
    return *this;
  }

  /// The first size is that of a row. `times`: how much larger the values are than weights usually are.
  DecoderFile& tensor(const std::string& name, const std::vector<uint64_t>& shape, float times = 1) {
    uint64_t count = 1;
    for (const uint64_t one : shape) count *= one;
    const bool norm = name.find("norm.weight") != std::string::npos;
    GgufBuilder::Bytes values;
    for (uint64_t i = 0; i < count; ++i)
      append(values, GgufBuilder::raw(f32_from_f16(norm ? random_.norm() : random_.weight()) * times));
    file_.tensor(name, shape, 0, values);
    return *this;
  }

  DecoderFile& truths(const std::string& key, const std::vector<bool>& values) {
    GgufBuilder::Bytes all(values.begin(), values.end());
    file_.value(prefix_ + key, GgufBuilder::array, GgufBuilder::list(GgufBuilder::boolean, values.size(), all));
    return *this;
  }
  /// A tensor of one dimension with these numbers, one list behind the other.
  DecoderFile& numbers(const std::string& name, const std::vector<float>& first, const std::vector<float>& second) {
    GgufBuilder::Bytes values;
    for (const auto* list : {&first, &second}) {
      for (const float one : *list) append(values, GgufBuilder::raw(one));
    }
    file_.tensor(name, {first.size() + second.size()}, 0, values);
    return *this;
  }

  /// The same without signs, times a number that may have one.
  DecoderFile& magnitudes(const std::string& name, const std::vector<uint64_t>& shape, float times) {
    GgufBuilder::Bytes values;
    for (uint64_t i = 0; i < shape.at(0); ++i)
      append(values, GgufBuilder::raw(std::fabs(f32_from_f16(random_.weight())) * times));
    file_.tensor(name, shape, 0, values);
    return *this;
  }

  Files files() const { return {{"model.gguf", file_.build()}}; }

 private:
  static void append(GgufBuilder::Bytes& to, const GgufBuilder::Bytes& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  std::string prefix_;
  GgufBuilder file_;
  InventedWeights random_;
};

struct NetworkCase {
  std::string name;
  Files files;
};

/// Experts behind biases, sinks, windows shorter than the text, a context shorter than it before the stretch.
inline Files gpt_oss_file() {
  constexpr uint64_t embedding = 64, heads = 4, keys = 2, head = 32, experts = 4, hidden = 96;
  DecoderFile file("gpt-oss");
  file.size("embedding_length", embedding).size("block_count", 3).size("feed_forward_length", hidden);
  file.size("attention.head_count", heads).size("attention.head_count_kv", keys);
  file.size("attention.key_length", head).size("attention.value_length", head).size("attention.sliding_window", 20);
  file.number("attention.layer_norm_rms_epsilon", 1e-5f);
  file.size("expert_count", experts).size("expert_used_count", 2).size("expert_feed_forward_length", hidden);
  file.number("rope.freq_base", 150000).word("rope.scaling.type", "yarn").number("rope.scaling.factor", 4);
  file.size("rope.scaling.original_context_length", 64);
  file.tensor("token_embd.weight", {embedding, DecoderFile::vocabulary});
  file.tensor("output_norm.weight", {embedding}).tensor("output.weight", {embedding, DecoderFile::vocabulary});
  for (int layer = 0; layer < 3; ++layer) {
    const std::string of = "blk." + std::to_string(layer) + ".";
    file.tensor(of + "attn_norm.weight", {embedding}).tensor(of + "post_attention_norm.weight", {embedding});
    file.tensor(of + "attn_q.weight", {embedding, heads * head}).tensor(of + "attn_q.bias", {heads * head});
    file.tensor(of + "attn_k.weight", {embedding, keys * head}).tensor(of + "attn_k.bias", {keys * head});
    file.tensor(of + "attn_v.weight", {embedding, keys * head}).tensor(of + "attn_v.bias", {keys * head});
    file.tensor(of + "attn_output.weight", {heads * head, embedding}).tensor(of + "attn_output.bias", {embedding});
    file.tensor(of + "attn_sinks.weight", {heads}, 8);
    file.tensor(of + "ffn_gate_inp.weight", {embedding, experts}).tensor(of + "ffn_gate_inp.bias", {experts}, 4);
    // Large enough for the bounds of the activation.
    file.tensor(of + "ffn_gate_exps.weight", {embedding, hidden, experts}, 4);
    file.tensor(of + "ffn_gate_exps.bias", {hidden, experts}, 16);
    file.tensor(of + "ffn_up_exps.weight", {embedding, hidden, experts}, 4);
    file.tensor(of + "ffn_up_exps.bias", {hidden, experts}, 16);
    file.tensor(of + "ffn_down_exps.weight", {hidden, embedding, experts});
    file.tensor(of + "ffn_down_exps.bias", {embedding, experts});
  }
  return file.files();
}

/// What differs between decoders that are otherwise like Llama.
struct Decoder {
  const char* architecture;
  bool biases = false;  ///< of queries, keys and values
  bool norm_biases = false;
  bool head_norms = false, norms_after = false;
  bool gate_in_one = false;  ///< gate and up in one tensor
  bool tied = false;         ///< no output layer of its own
  uint32_t experts = 0;
  std::vector<std::pair<std::string, float>> numbers{};  ///< metadata
  std::vector<std::pair<std::string, uint32_t>> sizes{};
  std::string feed_forward_norm = "ffn_norm";
  bool norms_before = true, wide_norms = false;
  bool choice_bias = false;    ///< of experts
  uint64_t shared_hidden = 0;  ///< of the expert that all tokens share
  int first_experts = 0;       ///< the first layer that has them
  std::vector<std::pair<std::string, const char*>> words{};
  std::string name{};  ///< where it is not the architecture's
};

inline Files decoder_file(const Decoder& what) {
  constexpr uint64_t embedding = 64, heads = 4, keys = 2, head = 16, hidden = 96;
  DecoderFile file(what.architecture);
  file.size("embedding_length", embedding).size("block_count", 4).size("feed_forward_length", hidden);
  file.size("attention.head_count", heads).size("attention.head_count_kv", keys);
  file.number(what.norm_biases ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", 1e-5f);
  if (what.experts > 0) file.size("expert_count", what.experts).size("expert_used_count", 2);
  for (const auto& [key, value] : what.numbers) file.number(key, value);
  for (const auto& [key, value] : what.sizes) file.size(key, value);
  for (const auto& [key, value] : what.words) file.word(key, value);
  if (what.first_experts > 0) file.truth("expert_weights_norm", true);
  const auto norm = [&](const std::string& name) {
    file.tensor(name + ".weight", {embedding});
    if (what.norm_biases) file.tensor(name + ".bias", {embedding});
  };
  const auto projection = [&](const std::string& name, uint64_t rows) {
    file.tensor(name + ".weight", {embedding, rows});
    if (what.biases) file.tensor(name + ".bias", {rows});
  };
  file.tensor("token_embd.weight", {embedding, DecoderFile::vocabulary});
  norm("output_norm");
  if (!what.tied) file.tensor("output.weight", {embedding, DecoderFile::vocabulary});
  for (int layer = 0; layer < 4; ++layer) {
    const std::string of = "blk." + std::to_string(layer) + ".";
    if (what.norms_before) norm(of + "attn_norm");
    if (what.norms_before) norm(of + what.feed_forward_norm);
    projection(of + "attn_q", heads * head);
    projection(of + "attn_k", keys * head);
    projection(of + "attn_v", keys * head);
    file.tensor(of + "attn_output.weight", {heads * head, embedding});
    if (what.head_norms) {
      file.tensor(of + "attn_q_norm.weight", {what.wide_norms ? heads * head : head});
      file.tensor(of + "attn_k_norm.weight", {what.wide_norms ? keys * head : head});
    }
    if (what.norms_after) file.tensor(of + "post_attention_norm.weight", {embedding});
    if (what.norms_after) file.tensor(of + "post_ffw_norm.weight", {embedding});
    if (what.experts > 0 && layer >= what.first_experts) {
      if (what.choice_bias) file.tensor(of + "exp_probs_b.bias", {what.experts});
      if (what.shared_hidden > 0) {
        file.tensor(of + "ffn_gate_shexp.weight", {embedding, what.shared_hidden});
        file.tensor(of + "ffn_up_shexp.weight", {embedding, what.shared_hidden});
        file.tensor(of + "ffn_down_shexp.weight", {what.shared_hidden, embedding});
      }
      file.tensor(of + "ffn_gate_inp.weight", {embedding, what.experts});
      file.tensor(of + "ffn_gate_exps.weight", {embedding, hidden, what.experts});
      file.tensor(of + "ffn_up_exps.weight", {embedding, hidden, what.experts});
      file.tensor(of + "ffn_down_exps.weight", {hidden, embedding, what.experts});
      continue;
    }
    if (!what.gate_in_one) file.tensor(of + "ffn_gate.weight", {embedding, hidden});
    file.tensor(of + "ffn_up.weight", {embedding, what.gate_in_one ? 2 * hidden : hidden});
    file.tensor(of + "ffn_down.weight", {hidden, embedding});
  }
  return file.files();
}

inline std::vector<NetworkCase> decoder_files() {
  std::vector<NetworkCase> cases = {{"gpt-oss", gpt_oss_file()}};
  const std::vector<std::pair<std::string, float>> scales = {
      {"embedding_scale", 6}, {"residual_scale", 0.4f}, {"attention.scale", 0.125f}, {"logit_scale", 3}};
  const Decoder decoders[] = {
      {.architecture = "gemma", .tied = true, .sizes = {{"attention.key_length", 16}, {"attention.value_length", 16}}},
      {.architecture = "granite", .tied = true, .numbers = scales},
      {.architecture = "granitemoe", .tied = true, .experts = 4, .numbers = scales},
      {.architecture = "smollm3", .tied = true},
      {.architecture = "seed_oss", .biases = true, .feed_forward_norm = "post_attention_norm"},
      {.architecture = "ernie4_5"},
      {.architecture = "internlm2"},
      {.architecture = "stablelm", .biases = true, .norm_biases = true, .sizes = {{"rope.dimension_count", 4}}},
      {.architecture = "glm4",
       .biases = true,
       .norms_after = true,
       .gate_in_one = true,
       .sizes = {{"rope.dimension_count", 8}}},
      {.architecture = "hunyuan-dense", .head_norms = true},
      {.architecture = "mistral3",
       .numbers = {{"rope.scaling.factor", 4}, {"rope.scaling.yarn_log_multiplier", 1}},
       .sizes = {{"rope.scaling.original_context_length", 64}},
       .words = {{"rope.scaling.type", "yarn"}}},
      {.architecture = "olmo2", .head_norms = true, .norms_after = true, .norms_before = false, .wide_norms = true},
      {.architecture = "olmo2",
       .head_norms = true,
       .norms_after = true,
       .numbers = {{"rope.scaling.factor", 4}},
       .sizes = {{"rope.scaling.original_context_length", 64}, {"attention.sliding_window", 20}},
       .norms_before = false,
       .wide_norms = true,
       .words = {{"rope.scaling.type", "yarn"}},
       .name = "olmo2-window"},
      {.architecture = "exaone4", .head_norms = true, .norms_after = true, .norms_before = false},
      {.architecture = "minimax-m2",
       .head_norms = true,
       .experts = 4,
       .sizes = {{"rope.dimension_count", 8}, {"expert_feed_forward_length", 96}, {"expert_gating_func", 2}},
       .wide_norms = true,
       .choice_bias = true},
      {.architecture = "glm4moe",
       .biases = true,
       .head_norms = true,
       .experts = 4,
       .numbers = {{"expert_weights_scale", 2.5f}},
       .sizes = {{"rope.dimension_count", 8},
                 {"expert_feed_forward_length", 96},
                 {"expert_shared_count", 1},
                 {"expert_gating_func", 2},
                 {"leading_dense_block_count", 1}},
       .feed_forward_norm = "post_attention_norm",
       .choice_bias = true,
       .shared_hidden = 96,
       .first_experts = 1},
      {.architecture = "ernie4_5-moe",
       .experts = 4,
       .sizes = {{"expert_feed_forward_length", 96},
                 {"expert_shared_feed_forward_length", 160},
                 {"expert_shared_count", 1},
                 {"interleave_moe_layer_step", 1},
                 {"leading_dense_block_count", 1}},
       .choice_bias = true,
       .shared_hidden = 160,
       .first_experts = 1},
  };
  for (const Decoder& one : decoders)
    cases.push_back({one.name.empty() ? one.architecture : one.name, decoder_file(one)});
  return cases;
}

}  // namespace nibble::network
