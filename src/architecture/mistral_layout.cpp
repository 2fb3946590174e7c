#include "architecture/mistral_layout.h"

#include <algorithm>
#include <cmath>

#include "container/python_json.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

constexpr std::string_view embedding = "tok_embeddings.weight";
/// Outside the layers.
constexpr std::pair<std::string_view, std::string_view> global_names[] = {{embedding, "model.embed_tokens.weight"},
                                                                          {"norm.weight", "model.norm.weight"},
                                                                          {"output.weight", "lm_head.weight"}};
/// Behind "layers.N."; the first that fits counts.
constexpr std::pair<std::string_view, std::string_view> layer_names[] = {
    {"attention_norm.", "input_layernorm."},
    {"ffn_norm.", "post_attention_layernorm."},
    {"attention.wq.", "self_attn.q_proj."},
    {"attention.wk.", "self_attn.k_proj."},
    {"attention.wv.", "self_attn.v_proj."},
    {"attention.wo.", "self_attn.o_proj."},
    {"feed_forward.w1.", "mlp.gate_proj."},
    {"feed_forward.w2.", "mlp.down_proj."},
    {"feed_forward.w3.", "mlp.up_proj."},
    {"feed_forward.gate.", "block_sparse_moe.gate."},
    {"feed_forward.experts.", "block_sparse_moe.experts."},
};
constexpr std::string_view layers = "layers.";
constexpr std::string_view beside[] = {
    "vision_encoder.",        "vision_language_adapter.", "patch_merger.", "pre_mm_projector_norm.",
    "mm_whisper_embeddings.", "mm_streams_embeddings.",   "audio_"};

/// The context of Mistral 7B and Mixtral 8x7B, whose params.json do not say it.
constexpr double usual_context = 32768;

/// The members of params.json.
class Params {
 public:
  explicit Params(std::string_view text) {
    JsonBuilder built;
    try {
      read_python_json(text, built);
    } catch (const JsonError&) {
      built = {};
    }
    json_ = built.take();
    if (!json_.is_object()) {
      throw Error(
          "params.json is not a JSON object. It may be cut off or a placeholder of a file not downloaded; fetch it "
          "again.");
    }
  }
  explicit Params(const Json& object) : json_(object) {}

  const Json* find(std::string_view key) const {
    const Json* found = json_.find(key);
    return found && !found->is_null() ? found : nullptr;
  }
  std::optional<double> number(std::string_view key) const {
    const Json* value = find(key);
    if (!value) return {};
    if (!value->is_number()) wrong(key, "a number");
    return value->get<double>();
  }
  double needed(std::string_view key) const {
    const std::optional<double> value = number(key);
    if (!value) throw Error("params.json does not say " + in_quotes(key) + ". Is the file complete?");
    return *value;
  }
  bool truth(std::string_view key) const {
    const Json* value = find(key);
    if (!value) return false;
    if (!value->is_bool()) wrong(key, "true or false");
    return value->get<bool>();
  }
  std::optional<Params> object(std::string_view key) const {
    const Json* value = find(key);
    if (!value) return {};
    if (!value->is_object()) wrong(key, "an object");
    return Params(*value);
  }

 private:
  [[noreturn]] static void wrong(std::string_view key, const char* expected) {
    throw Error("In params.json, " + in_quotes(key) + " is not " + expected + ". Is the file from this model?");
  }

  Json json_;
};

/// A whole number where it is one, so that it is read as one again.
Json as_json(double value) {
  const bool whole = value >= 0 && value <= 4294967295.0 && value == std::floor(value);
  return whole ? Json(static_cast<uint64_t>(value)) : Json(value);
}

/// The base of rotary embeddings where params.json is silent: mistral-inference's transformer.py.
double usual_rope_base(const Params& params) { return params.find("sliding_window") ? 10000 : 1e6; }

double context_of(const Params& params, Notes& notes) {
  for (const std::string_view key : {"max_position_embeddings", "max_seq_len"}) {
    if (const auto length = params.number(key)) return *length;
  }
  notes.add("params.json does not say how long texts may be; " + std::to_string(static_cast<uint64_t>(usual_context)) +
            " tokens are written, as Mistral 7B has it (llama.context_length).");
  return usual_context;
}

Json rope_of(const Params& params, double base) {
  Json rope{{"rope_theta", as_json(base)}};
  const std::optional<Params> scaling = params.object("llama_4_scaling");
  if (scaling) rope.set("llama_4_scaling_beta", as_json(scaling->needed("beta")));
  const std::optional<Params> yarn = params.object("yarn");
  if (!yarn) return rope;
  rope.set("rope_type", "yarn");
  rope.set("factor", as_json(yarn->needed("factor")));
  rope.set("original_max_position_embeddings", as_json(yarn->needed("original_max_position_embeddings")));
  rope.set("beta_fast", as_json(yarn->needed("beta")));
  rope.set("beta_slow", as_json(yarn->needed("alpha")));
  rope.set("mscale_all_dim", uint64_t{1});
  return rope;
}

/// "layers.12." -> 10; 0 when a name does not begin so.
size_t end_of_layer(std::string_view name) {
  if (!name.starts_with(layers)) return 0;
  const size_t end = name.find_first_not_of("0123456789", layers.size());
  return end == std::string_view::npos || end == layers.size() || name[end] != '.' ? 0 : end + 1;
}

}  // namespace

bool is_mistral_layout(std::string_view tensor) { return tensor == embedding; }

bool is_mistral_layout(std::span<const SourceTensor> tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const SourceTensor& one) { return is_mistral_layout(one.name); });
}

std::optional<std::string> reason_not_mistral(std::string_view text) {
  const Params params(text);
  if (params.find("hidden_dim") || !params.find("multiple_of")) return {};
  return "params.json is of Meta's own layout (\"multiple_of\"), whose tensors are called as Mistral's and whose "
         "settings do not say how positions are stretched. Take the folder in Hugging Face's layout.";
}

HuggingFaceConfig mistral_config(std::string_view text, Notes& notes) {
  const Params params(text);
  if (params.find("kv_lora_rank")) {
    throw Error(
        "params.json is of a model whose keys and values come from a short vector (\"kv_lora_rank\"), as Mistral Large "
        "3's. Its own layout is not read; take the folder in Hugging Face's layout.");
  }
  const std::optional<Params> experts = params.object("moe"), quantization = params.object("quantization");
  const bool scaled = params.object("llama_4_scaling").has_value();
  Json config{{"architectures", Json::list({scaled    ? "Ministral3ForCausalLM"
                                            : experts ? "MixtralForCausalLM"
                                                      : "MistralForCausalLM"})}};
  constexpr std::pair<std::string_view, std::string_view> needed[] = {{"hidden_size", "dim"},
                                                                      {"num_hidden_layers", "n_layers"},
                                                                      {"num_attention_heads", "n_heads"},
                                                                      {"intermediate_size", "hidden_dim"},
                                                                      {"rms_norm_eps", "norm_eps"},
                                                                      {"vocab_size", "vocab_size"}};
  for (const auto& [key, member] : needed) config.set(std::string(key), as_json(params.needed(member)));
  config.set("num_key_value_heads", as_json(params.number("n_kv_heads").value_or(params.needed("n_heads"))));
  if (const auto head = params.number("head_dim")) config.set("head_dim", as_json(*head));
  config.set("max_position_embeddings", as_json(context_of(params, notes)));
  config.set("tie_word_embeddings", params.truth("tied_embeddings"));
  config.set("rope_parameters", rope_of(params, params.number("rope_theta").value_or(usual_rope_base(params))));
  if (experts) {
    config.set("num_local_experts", as_json(experts->needed("num_experts")));
    config.set("num_experts_per_tok", as_json(experts->needed("num_experts_per_tok")));
  }
  if (quantization) {
    const Json* format = quantization->find("qformat_weight");
    if (!format || !format->is_text() || format->text() != "fp8_e4m3") {
      throw Error(
          "params.json says that the weights are quantized in a form that is not read (\"qformat_weight\"); "
          "\"fp8_e4m3\" is.");
    }
    config.set("quantization_config", Json{{"quant_method", "fp8"}});
  }
  return HuggingFaceConfig(std::move(config), mistral_settings);
}

namespace architecture {

std::string name_from_mistral(std::string_view name) {
  for (const auto& [own, other] : global_names) {
    if (name == own) return std::string(other);
  }
  const size_t end = end_of_layer(name);
  if (end == 0) return std::string(name);
  const std::string_view rest = name.substr(end);
  for (const auto& [own, other] : layer_names) {
    if (!rest.starts_with(own)) continue;
    return std::string("model.").append(name.substr(0, end)).append(other).append(rest.substr(own.size()));
  }
  return std::string(name);
}

bool is_beside_mistral(std::string_view name) {
  return std::any_of(std::begin(beside), std::end(beside),
                     [&](std::string_view start) { return name.starts_with(start); });
}

}  // namespace architecture
}  // namespace nibble
