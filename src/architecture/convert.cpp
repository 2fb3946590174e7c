#include <algorithm>
#include <unordered_map>

#include "architecture/architecture.h"
#include "architecture/family.h"
#include "architecture/rope.h"
#include "architecture/source_names.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace architecture {
namespace {

/// llama.cpp keeps layers and experts in arrays of this size.
constexpr uint64_t max_layers = 512, max_experts = 512;

/// Numbers of general.file_type for tensors of one type.
constexpr uint32_t file_type_f32 = 0, file_type_f16 = 1, file_type_bf16 = 32;

/// Tensors that transformers computes anew, whatever the family.
constexpr std::string_view recomputed[] = {".rotary_emb.inv_freq", ".attention.masked_bias", ".attention.bias"};

struct NotOffered {
  std::string_view architecture, reason;
};
constexpr NotOffered not_offered[] = {
    {"GPT2LMHeadModel",
     "GPT-2 stores its matrices transposed, and Nibble reads rows in order, never columns. Convert it with llama.cpp's "
     "own script and drop the GGUF file."},
};

constexpr Parameter common_parameters[] = {
    {"block_count", "num_hidden_layers", ValueType::u32},
    {"context_length", "max_position_embeddings", ValueType::u32},
    {"embedding_length", "hidden_size", ValueType::u32},
    {"feed_forward_length", "intermediate_size", ValueType::u32},
    {"attention.head_count", "num_attention_heads", ValueType::u32},
    {"attention.head_count_kv", "num_key_value_heads", ValueType::u32},
    {"attention.key_length", "head_dim", ValueType::u32},
    {"attention.value_length", "head_dim", ValueType::u32},
    {"attention.layer_norm_rms_epsilon", "rms_norm_eps", ValueType::f32},
};

const Family* find_family(std::string_view name) {
  for (const Family* family : families()) {
    if (std::find(family->hugging_face.begin(), family->hugging_face.end(), name) != family->hugging_face.end())
      return family;
  }
  return nullptr;
}

uint64_t needed(const HuggingFaceConfig& config, std::string_view member, uint64_t limit = UINT32_MAX) {
  const std::optional<uint64_t> value = config.whole(member);
  if (!value) throw Error("config.json does not say " + in_quotes(member) + ". Is the file complete?");
  if (*value == 0 || *value > limit) {
    throw Error("In config.json, " + in_quotes(member) + " is " + std::to_string(*value) +
                "; llama.cpp runs models with 1 to " + std::to_string(limit) + '.');
  }
  return *value;
}

bool is_stacked(const TensorRule& rule) { return rule.source.find('#') != std::string_view::npos; }

Sizes read_sizes(const Family& family, const HuggingFaceConfig& config) {
  Sizes sizes;
  sizes.embedding = needed(config, "hidden_size");
  sizes.layers = needed(config, "num_hidden_layers", max_layers);
  sizes.feed_forward = needed(config, "intermediate_size");
  sizes.heads = needed(config, "num_attention_heads");
  sizes.key_heads = config.whole("num_key_value_heads") ? needed(config, "num_key_value_heads") : sizes.heads;
  sizes.head = config.whole("head_dim").value_or(sizes.embedding / sizes.heads);
  sizes.vocabulary = config.whole("vocab_size").value_or(0);
  for (const char* member : {"num_local_experts", "num_experts"}) {
    if (config.whole(member)) sizes.experts = needed(config, member, max_experts);
  }
  if (sizes.experts == 0 && std::any_of(family.layer.begin(), family.layer.end(), is_stacked)) {
    throw Error("config.json does not say how many experts there are. Is the file complete?");
  }
  sizes.expert_feed_forward = config.whole("moe_intermediate_size").value_or(0);
  sizes.shared_feed_forward = config.whole("shared_expert_intermediate_size").value_or(0);
  return sizes;
}

/// "model.layers.3." and "experts.#." made one name.
std::string source_name(std::string_view prefix, std::string_view pattern, uint64_t expert) {
  std::string name(prefix);
  const size_t mark = pattern.find('#');
  if (mark == std::string_view::npos) return name.append(pattern);
  return name.append(pattern.substr(0, mark)).append(std::to_string(expert)).append(pattern.substr(mark + 1));
}

bool starts_with_any(std::string_view name, std::span<const std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

bool is_left_out(const Family& family, std::string_view name) {
  return starts_with_any(name, family.left_out) ||
         std::any_of(std::begin(recomputed), std::end(recomputed),
                     [&](std::string_view end) { return name.ends_with(end); });
}

/// What llama.cpp's conversion stores as F32 whatever the source: its operators on these know nothing else.
bool always_f32(std::string_view name, bool one_dimensional) {
  return one_dimensional || name.ends_with("_norm.weight") || !name.ends_with(".weight") ||
         name.ends_with("ffn_gate_inp.weight") || name.ends_with("ffn_gate_inp_shexp.weight");
}

std::string shape_text(std::span<const uint64_t> shape) {
  std::string text;
  for (const uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// Matches the declared tensors with those there are.
class Matcher {
 public:
  Matcher(const Family& family, const Sizes& sizes, std::span<const SourceTensor> sources, ConvertedModel& model)
      : family_(family), sizes_(sizes), sources_(sources), used_(sources.size()), model_(model) {
    std::vector<std::string> names = plain_names(sources);
    for (uint32_t i = 0; i < sources.size(); ++i) {
      std::string& name = names[i];
      if (is_left_out(family, name)) {
        used_[i] = true;
      } else if (!by_name_.emplace(std::move(name), i).second) {
        throw Error("Two files hold a tensor " + in_quotes(sources[i].name) + ". Drop the files of one model only.");
      }
    }
  }

  /// True when nothing outside the layers is missing but what a tied model does without.
  bool lacks_output_only() const {
    bool lacks = false;
    for (const TensorRule& rule : family_.globals) {
      if (find(rule.source)) continue;
      if (rule.need == Need::always) return false;
      lacks = lacks || rule.need == Need::unless_tied;
    }
    return lacks;
  }

  /// `tied`: the token embedding serves as the output layer.
  void match_all(bool tied) {
    tied_ = tied;
    for (const TensorRule& rule : family_.globals) match(rule, "", "");
    for (uint64_t layer = 0; layer < sizes_.layers; ++layer) {
      const std::string number = std::to_string(layer) + '.';
      for (const TensorRule& rule : family_.layer) match(rule, "model.layers." + number, "blk." + number);
    }
    report_missing();
    report_unused();
  }

  /// Null when there is none.
  const SourceTensor* find(std::string_view name) const {
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? nullptr : &sources_[found->second];
  }

 private:
  void match(const TensorRule& rule, std::string_view source_prefix, std::string_view prefix) {
    const bool stacked = is_stacked(rule);
    const uint64_t count = stacked ? sizes_.experts : 1;
    ConvertedTensor tensor;
    tensor.name = std::string(prefix).append(rule.name);
    for (uint64_t expert = 0; expert < count; ++expert) {
      const std::string name = source_name(source_prefix, rule.source, expert);
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) {
        if (rule.need == Need::always || (rule.need == Need::unless_tied && !tied_)) {
          if (missing_++ == 0) first_missing_ = name;
        }
        continue;
      }
      used_[found->second] = true;
      check_shape(sources_[found->second], rule);
      tensor.sources.push_back(found->second);
    }
    if (tensor.sources.size() < count) return;
    tensor.shape = {size_of(rule.columns, sizes_)};
    if (rule.rows != Size::none) tensor.shape.push_back(size_of(rule.rows, sizes_));
    if (stacked) tensor.shape.push_back(count);
    tensor.shape = trimmed_shape(tensor.shape);
    if (rule.order != Rows::stored) {
      tensor.heads = rule.order == Rows::query_heads ? sizes_.heads : sizes_.key_heads;
      if (sizes_.head % 2 != 0)
        throw Error("The heads have " + std::to_string(sizes_.head) + " rows, which rotary embedding cannot pair.");
    }
    tensor.add = rule.add;
    tensor.type = always_f32(tensor.name, rule.rows == Size::none) ? Type::f32 : common_type(tensor);
    model_.tensors.push_back(std::move(tensor));
  }

  void check_shape(const SourceTensor& source, const TensorRule& rule) const {
    std::vector<uint64_t> wanted = {size_of(rule.columns, sizes_)};
    if (rule.rows != Size::none) wanted.push_back(size_of(rule.rows, sizes_));
    wanted = trimmed_shape(wanted);
    const std::vector<uint64_t> shape = trimmed_shape(source.shape);
    if (shape == wanted) return;
    throw Error("The tensor " + in_quotes(source.name) + " is " + shape_text(shape) + " where config.json calls for " +
                shape_text(wanted) + ". The configuration and the weights are of different models.");
  }

  Type common_type(const ConvertedTensor& tensor) const {
    const Type type = sources_[tensor.sources.front()].type;
    for (const uint32_t source : tensor.sources) {
      if (sources_[source].type != type) {
        throw Error("The experts that become " + in_quotes(tensor.name) +
                    " are stored in different types, so they cannot be stacked. Save the model with one type.");
      }
    }
    return type;
  }

  void report_missing() const {
    if (missing_ == 0) return;
    throw Error("Of the tensors a model of " + std::string(family_.title) + " with " + counted(sizes_.layers, "layer") +
                " needs, " + std::to_string(missing_) + (missing_ == 1 ? " is" : " are") + " missing, " +
                in_quotes(first_missing_) + (missing_ == 1 ? "" : " first") +
                ". If the model is in several files, drop all of them.");
  }

  void report_unused() const {
    const auto first = std::find(used_.begin(), used_.end(), false);
    if (first == used_.end()) return;
    const std::string& name = sources_[static_cast<size_t>(first - used_.begin())].name;
    const auto count = static_cast<uint64_t>(std::count(first, used_.end(), false));
    throw Error(counted(count, "tensor") + " of the files " + (count == 1 ? "has" : "have") + " no place in " +
                std::string(family_.title) + ", " + (count == 1 ? "" : "for example ") + in_quotes(name) +
                ". A model without " + (count == 1 ? "it" : "them") + " would talk nonsense.");
  }

  const Family& family_;
  const Sizes& sizes_;
  bool tied_ = false;
  const std::span<const SourceTensor> sources_;
  std::unordered_map<std::string, uint32_t> by_name_;
  std::vector<bool> used_;
  ConvertedModel& model_;
  uint64_t missing_ = 0;
  std::string first_missing_;
};

void set_parameters(const Conversion& conversion, std::span<const Parameter> parameters) {
  for (const Parameter& one : parameters) {
    if (one.type == ValueType::f32) {
      if (const auto value = conversion.config.number(one.member)) conversion.set_f32(one.key, *value);
    } else if (const auto value = conversion.config.whole(one.member)) {
      conversion.set_u32(one.key, *value);
    }
  }
}

/// What llama.cpp's conversion calls the file: by the first matrix that is stored in half a float.
uint32_t file_type(std::span<const ConvertedTensor> tensors) {
  for (const ConvertedTensor& tensor : tensors) {
    if (tensor.shape.size() < 2) continue;
    if (tensor.type == Type::bf16) return file_type_bf16;
    if (tensor.type == Type::f16) return file_type_f16;
  }
  return file_type_f32;
}

}  // namespace

uint64_t size_of(Size size, const Sizes& sizes) {
  switch (size) {
    case Size::none: return 0;
    case Size::one: return 1;
    case Size::vocabulary: return sizes.vocabulary;
    case Size::embedding: return sizes.embedding;
    case Size::feed_forward: return sizes.feed_forward;
    case Size::twice_feed_forward: return 2 * sizes.feed_forward;
    case Size::head: return sizes.head;
    case Size::queries: return sizes.heads * sizes.head;
    case Size::keys: return sizes.key_heads * sizes.head;
    case Size::queries_keys_values: return (sizes.heads + 2 * sizes.key_heads) * sizes.head;
    case Size::experts: return sizes.experts;
    case Size::expert_feed_forward: return sizes.expert_feed_forward;
    case Size::shared_feed_forward: return sizes.shared_feed_forward;
  }
  return 0;
}

void Conversion::set_u32(std::string_view key, uint64_t value) const {
  model.values.set_u32(std::string(architecture).append(1, '.').append(key), static_cast<uint32_t>(value));
}

void Conversion::set_f32(std::string_view key, double value) const {
  model.values.set_f32(std::string(architecture).append(1, '.').append(key), static_cast<float>(value));
}

void Conversion::set_string(std::string_view key, std::string_view value) const {
  model.values.set_string(std::string(architecture).append(1, '.').append(key), value);
}

void Conversion::add_computed(std::string_view name, std::vector<float> values) const {
  ConvertedTensor tensor;
  tensor.name = name;
  tensor.shape = {values.size()};
  tensor.type = Type::f32;
  tensor.computed = std::move(values);
  model.tensors.push_back(std::move(tensor));
}

}  // namespace architecture

std::vector<std::string_view> known_architectures() {
  std::vector<std::string_view> names;
  for (const architecture::Family* family : architecture::families()) {
    names.insert(names.end(), family->hugging_face.begin(), family->hugging_face.end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> reason_not_convertible(const HuggingFaceConfig& config) {
  const std::string name = config.architecture();
  if (name.empty())
    return "config.json names no architecture, so the folder cannot be made a model that llama.cpp runs.";
  if (!architecture::find_family(name)) {
    for (const auto& one : architecture::not_offered) {
      if (one.architecture == name) return std::string(one.reason);
    }
    std::string known;
    for (const std::string_view one : known_architectures()) known.append(known.empty() ? "" : ", ").append(one);
    return "The architecture " + in_quotes(name) + " is not one Nibble can make a model of for llama.cpp. It knows " +
           known + '.';
  }
  return {};
}

ConvertedModel convert_hugging_face(const HuggingFaceConfig& plain_config, std::string_view name,
                                    std::span<const SourceTensor> tensors) {
  using namespace architecture;
  if (const auto reason = reason_not_convertible(plain_config)) throw Error(*reason);
  const Family& family = *find_family(plain_config.architecture());
  const HuggingFaceConfig config = plain_config.with_defaults(family.defaults);
  Sizes sizes = read_sizes(family, config);
  const std::optional<bool> said_tied = config.truth("tie_word_embeddings");
  if (const std::string reason = adapter_reason(tensors); !reason.empty()) throw Error(reason);

  ConvertedModel model;
  model.family = family.title;
  Matcher matcher(family, sizes, tensors, model);
  bool tied = said_tied.value_or(family.tied_by_default);
  if (!said_tied && !tied && matcher.lacks_output_only()) {
    tied = true;
    model.notes.add(
        "config.json does not say whether the output layer shares the token embedding's weights (tie_word_embeddings), "
        "and the files have none of its own: it shares them.");
  }
  if (sizes.vocabulary == 0) {
    const SourceTensor* embedding = matcher.find(family.globals.front().source);
    if (embedding && embedding->shape.size() == 2) sizes.vocabulary = embedding->shape[1];
  }
  model.vocabulary = sizes.vocabulary;

  const Conversion conversion{config, sizes, model, family.architecture};
  model.values.set_string("general.architecture", family.architecture);
  model.values.set_string("general.type", "model");
  model.values.set_string("general.name", name);
  set_parameters(conversion, common_parameters);
  set_parameters(conversion, family.parameters);
  set_rope(family, conversion);
  if (family.finish) family.finish(conversion);
  matcher.match_all(tied);
  model.values.set_u32("general.file_type", file_type(model.tensors));
  return model;
}

}  // namespace nibble
