#include <algorithm>

#include "architecture/architecture.h"
#include "architecture/family.h"
#include "architecture/matcher.h"
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
constexpr uint32_t file_type_f32 = 0, file_type_f16 = 1, file_type_bf16 = 32, file_type_mxfp4 = 38;

const Family* find_family(const HuggingFaceConfig& config) {
  const std::string name = config.architecture();
  for (const Family* family : families()) {
    const auto& names = family->hugging_face;
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (!family->suits || family->suits(config)) return family;
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

bool uses(std::span<const TensorRule> rules, Size size) {
  return std::any_of(rules.begin(), rules.end(),
                     [=](const TensorRule& rule) { return rule.columns == size || rule.rows == size; });
}

/// True when the shape of one of the family's tensors is given by `size`.
bool uses(const Family& family, Size size) {
  return uses(family.globals, size) || uses(family.layer, size) ||
         std::any_of(family.stacks.begin(), family.stacks.end(),
                     [=](const Stack& stack) { return uses(stack.rules, size); });
}

/// The size of all layers; 0 when they differ, or nothing is said.
uint64_t common_size(const HuggingFaceConfig& config, std::string_view member, uint64_t layers) {
  const std::vector<double> sizes = config.per_layer(member, layers);
  if (sizes.empty() || std::adjacent_find(sizes.begin(), sizes.end(), std::not_equal_to<>()) != sizes.end()) return 0;
  return static_cast<uint64_t>(sizes.front());
}

constexpr std::string_view expert_members[] = {"num_local_experts", "num_experts", "n_routed_experts",
                                               "moe_num_experts"};

/// What llama.cpp's conversion calls the file: by the first matrix that is stored in half a float.
uint32_t file_type(std::span<const ConvertedTensor> tensors) {
  const auto is_mxfp4 = [](const ConvertedTensor& tensor) { return tensor.type == Type::mxfp4; };
  if (std::any_of(tensors.begin(), tensors.end(), is_mxfp4)) return file_type_mxfp4;
  for (const ConvertedTensor& tensor : tensors) {
    if (tensor.shape.size() < 2) continue;
    if (tensor.type == Type::bf16) return file_type_bf16;
    if (tensor.type == Type::f16) return file_type_f16;
  }
  return file_type_f32;
}

/// Kinds of pooling as llama.cpp counts them, by the members that say so; 0 when nothing does.
uint32_t pooling_type(const SentenceModules& modules) {
  if (modules.pooling.empty()) return 0;
  const HuggingFaceConfig config(modules.pooling);
  constexpr std::pair<std::string_view, uint32_t> kinds[] = {
      {"pooling_mode_mean_tokens", 1}, {"pooling_mode_cls_token", 2}, {"pooling_mode_lasttoken", 3}};
  for (const auto& [member, number] : kinds) {
    if (config.truth(member).value_or(false)) return number;
  }
  return 0;
}

constexpr Parameter decoder_parameters[] = {
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

}  // namespace

Sizes read_sizes(const Family& family, const HuggingFaceConfig& config) {
  Sizes sizes;
  sizes.embedding = needed(config, "hidden_size");
  sizes.layers = needed(config, "num_hidden_layers", max_layers);
  sizes.feed_forward = common_size(config, "intermediate_size", sizes.layers);
  if (uses(family, Size::feed_forward)) sizes.feed_forward = needed(config, "intermediate_size");
  sizes.heads = config.whole("num_attention_heads").value_or(0);
  if (uses(family, Size::queries)) sizes.heads = needed(config, "num_attention_heads");
  sizes.key_heads = common_size(config, "num_key_value_heads", sizes.layers);
  if (sizes.key_heads == 0) sizes.key_heads = sizes.heads;
  sizes.head = config.whole("head_dim").value_or(sizes.heads == 0 ? 0 : sizes.embedding / sizes.heads);
  sizes.vocabulary = config.whole("vocab_size").value_or(0);
  for (const std::string_view member : expert_members) {
    const std::optional<uint64_t> count = config.whole(member);
    if (count && *count > 0) sizes.experts = needed(config, member, max_experts);
  }
  if (sizes.experts == 0 && uses(family, Size::experts)) {
    throw Error("config.json does not say how many experts there are. Is the file complete?");
  }
  sizes.expert_feed_forward = config.whole("moe_intermediate_size").value_or(0);
  sizes.shared_feed_forward = config.whole("shared_expert_intermediate_size").value_or(0);
  return sizes;
}

void set_parameters(const Conversion& conversion, std::span<const Parameter> parameters) {
  for (const Parameter& one : parameters) {
    if (one.type == ValueType::f32) {
      if (const auto value = conversion.config.number(one.member)) conversion.set_f32(one.key, *value);
    } else if (one.type == ValueType::boolean) {
      if (const auto value = conversion.config.truth(one.member)) conversion.set_bool(one.key, *value);
    } else if (const auto value = conversion.config.whole(one.member)) {
      conversion.set_u32(one.key, *value);
    }
  }
}

std::span<const Parameter> common_parameters() { return decoder_parameters; }

uint64_t size_of(Size size, const Sizes& sizes) {
  switch (size) {
    case Size::none:
    case Size::any: return 0;
    case Size::one: return 1;
    case Size::vocabulary: return sizes.vocabulary;
    case Size::embedding: return sizes.embedding;
    case Size::feed_forward: return sizes.feed_forward;
    case Size::twice_feed_forward: return 2 * sizes.feed_forward;
    case Size::twice_embedding: return 2 * sizes.embedding;
    case Size::head: return sizes.head;
    case Size::heads: return sizes.heads;
    case Size::key_heads: return sizes.key_heads;
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

void Conversion::set_bool(std::string_view key, bool value) const {
  model.values.set_bool(std::string(architecture).append(1, '.').append(key), value);
}

void Conversion::set_array(std::string_view key, std::span<const int32_t> values) const {
  model.values.set_array(std::string(architecture).append(1, '.').append(key), values);
}

void Conversion::set_array(std::string_view key, std::span<const float> values) const {
  model.values.set_array(std::string(architecture).append(1, '.').append(key), values);
}

void Conversion::set_array(std::string_view key, const std::vector<bool>& values) const {
  model.values.set_array(std::string(architecture).append(1, '.').append(key), values);
}

void Conversion::remove(std::string_view key) const {
  model.values.remove(std::string(architecture).append(1, '.').append(key));
}

void Operands::divides(uint64_t divisor, uint64_t size) const {
  if (divisor != 0 && size != 0 && size % divisor == 0) return;
  throw Error("The tensor " + in_quotes(source().name) +
              " cannot be divided as config.json says: " + std::to_string(size) + " is no multiple of " +
              std::to_string(divisor) + ". The configuration and the weights are of different models.");
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

Type auto_type(std::span<const SourceTensor> tensors) {
  const SourceTensor* first = nullptr;
  for (const SourceTensor& tensor : tensors) {
    const bool half = tensor.type == Type::bf16 || tensor.type == Type::f16;
    if (half && tensor.shape.size() > 1 && (!first || tensor.name < first->name)) first = &tensor;
  }
  return first ? first->type : Type::f16;
}

std::vector<std::string_view> known_architectures() {
  std::vector<std::string_view> names;
  for (const architecture::Family* family : architecture::families()) {
    names.insert(names.end(), family->hugging_face.begin(), family->hugging_face.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<std::string> reason_not_convertible(const HuggingFaceConfig& config) {
  const std::string name = config.architecture();
  if (name.empty())
    return "config.json names no architecture, so the folder cannot be made a model that llama.cpp runs.";
  if (!architecture::find_family(config)) {
    std::string known;
    for (const std::string_view one : known_architectures()) known.append(known.empty() ? "" : ", ").append(one);
    return "The architecture " + in_quotes(name) + " is not one Nibble can make a model of for llama.cpp. It knows " +
           known + '.';
  }
  return {};
}

ConvertedModel convert_hugging_face(const HuggingFaceConfig& plain_config, std::string_view name,
                                    std::span<const SourceTensor> tensors, const SentenceModules& modules) {
  using namespace architecture;
  if (const auto reason = reason_not_convertible(plain_config)) throw Error(*reason);
  const Family& family = *find_family(plain_config);
  const HuggingFaceConfig config = plain_config.with_defaults(family.defaults).with_aliases(family.aliases);
  Sizes sizes = read_sizes(family, config);
  const std::optional<bool> said_tied = config.truth("tie_word_embeddings");
  if (const std::string reason = adapter_reason(tensors); !reason.empty()) throw Error(reason);

  ConvertedModel model;
  model.family = family.title;
  model.auto_type = auto_type(tensors);
  Matcher matcher(family, config, sizes, tensors, model);
  const std::function<bool(std::string_view)> has = [&](std::string_view one) { return matcher.find(one) != nullptr; };
  const std::function<void(std::string_view)> leave_out = [&](std::string_view start) { matcher.leave_out(start); };
  if (family.prepare) family.prepare({config, sizes, has, leave_out});
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

  const Conversion conversion{config, sizes, model, family.architecture, modules};
  model.values.set_string("general.architecture", family.architecture);
  model.values.set_string("general.type", "model");
  model.values.set_string("general.name", name);
  set_parameters(conversion, family.common());
  set_parameters(conversion, family.parameters);
  if (family.rope) set_rope(family, conversion);
  if (const uint32_t pooling = pooling_type(modules)) conversion.set_u32("pooling_type", pooling);
  if (family.finish) family.finish(conversion);
  matcher.match_all(tied);
  model.values.set_u32("general.file_type", file_type(model.tensors));
  return model;
}

}  // namespace nibble
