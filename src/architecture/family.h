#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "architecture/architecture.h"
#include "architecture/revert.h"
#include "architecture/view.h"
#include "json/json.h"

/// What a family's file declares. A new family is one such file and one line in families.cpp.
namespace nibble::architecture {

/// What config.json says of a model's sizes, defaults filled in.
struct Sizes {
  uint64_t vocabulary = 0, embedding = 0, layers = 0;
  uint64_t heads = 0, key_heads = 0, head = 0;  ///< query heads, key and value heads, the size of one
  uint64_t feed_forward = 0;
  uint64_t experts = 0, expert_feed_forward = 0, shared_feed_forward = 0;
  uint64_t next_layers = 0;  ///< layers behind the others that predict tokens after the next
  /// What each layer is, these included: bits of the family's own. Empty where all are alike.
  std::vector<uint32_t> kinds;

  constexpr uint64_t all_layers() const { return layers + next_layers; }
};

/// A dimension, by what it counts. `any`: what the source has.
enum class Size : uint8_t {
  none,
  one,
  vocabulary,
  embedding,
  feed_forward,
  twice_feed_forward,
  twice_embedding,
  head,
  queries,
  keys,
  queries_keys_values,
  heads,
  key_heads,
  experts,
  expert_feed_forward,
  shared_feed_forward,
  any,
};
uint64_t size_of(Size size, const Sizes& sizes);

enum class Need : uint8_t {
  always,
  sometimes,   ///< biases, which some models of a family have
  unless_tied  ///< the output layer, missing when the token embedding serves as one
};

/// Rows regrouped for Llama's rotary embedding, by heads of queries or of keys; see numeric/stored_row.h.
enum class Rows : uint8_t { stored, query_heads, key_heads };

/// What an operation works on, and what it makes: the tensor's shape, and its parts where values are moved or changed.
struct Operands {
  const HuggingFaceConfig& config;
  const Sizes& sizes;
  std::span<const SourceTensor> all;
  uint64_t layer;
  ConvertedTensor& tensor;  ///< its sources are set

  const SourceTensor& source(size_t index = 0) const { return all[tensor.sources[index]]; }
  View view(size_t index = 0) const { return {tensor.sources[index], source(index).shape}; }
  void add(const View& view) const { tensor.parts.push_back(view.part()); }
  /// Throws Error unless `size` is a multiple of `divisor` and neither is 0.
  void divides(uint64_t divisor, uint64_t size) const;
};

/// A tensor of the GGUF file, where the way leads back.
struct Made {
  const HuggingFaceConfig& config;
  const Sizes& sizes;
  const std::vector<uint64_t>& shape;
};

/// What makes a tensor of its sources, and what is known of the way back. Where values are moved only, the parts that
/// it makes of a source of the right shape say where each came from.
struct Operation {
  using Shape = std::vector<uint64_t>;
  void (*apply)(const Operands& operands) = nullptr;
  std::string_view words = "an operation of this family alone";  ///< what it is, for people
  Shape (*source_shape)(const Made& made) = nullptr;             ///< of each source; null: there is no way back
  bool drops = false;  ///< values that no tensor has, whose place takes zeros on the way back

  constexpr Operation() = default;
  constexpr Operation(void (*function)(const Operands&)) : apply(function) {}
  constexpr Operation(void (*function)(const Operands&), std::string_view name, Shape (*back)(const Made&) = nullptr,
                      bool drops_values = false)
      : apply(function), words(name), source_shape(back), drops(drops_values) {}
  explicit constexpr operator bool() const { return apply != nullptr; }
  void operator()(const Operands& operands) const { apply(operands); }
};

/// One tensor, or one of each layer: its name in the source (behind the stack's prefix; a '#' stands for a number, of
/// an expert where `each` says nothing else, and all are stacked; '|' separates several that are) and in GGUF. Where
/// several rules make a tensor of the same name, the first whose source is there counts.
struct TensorRule {
  std::string_view source, name;
  Size columns, rows = Size::none;  ///< of each source, or of what the operation makes; without rows: one-dimensional
  Need need = Need::always;
  Rows order = Rows::stored;
  float add = 0;
  Operation operation = {};
  uint32_t on = 0;  ///< only in layers of a kind that has one of these bits; 0: in all
  Size each = Size::experts;
};

/// A tensor that an operation makes.
constexpr TensorRule made(std::string_view source, std::string_view name, Operation operation,
                          Need need = Need::always) {
  TensorRule rule{source, name, Size::any, Size::any, need};
  rule.operation = operation;
  return rule;
}
constexpr TensorRule optional(TensorRule rule) {
  rule.need = Need::sometimes;
  return rule;
}
/// The rule for layers of a kind.
constexpr TensorRule on(uint32_t kinds, TensorRule rule) {
  rule.on = kinds;
  return rule;
}
/// A norm stored as its difference from 1.
constexpr TensorRule shifted(std::string_view source, std::string_view name, Size size) {
  return {source, name, size, Size::none, Need::always, Rows::stored, 1};
}

/// A run of layers: where their tensors are, and where they go. '#' stands for the layer's number.
struct Stack {
  std::string_view source, name;  ///< "model.layers.#.", "blk.#."
  std::span<const TensorRule> rules;
  uint64_t (*count)(const Sizes& sizes) = [](const Sizes& sizes) { return sizes.layers; };
  /// The number in GGUF of the first.
  uint64_t (*first)(const Sizes& sizes) = [](const Sizes&) { return uint64_t{0}; };
  /// The number in GGUF of each, where they do not follow one another.
  uint64_t (*number)(const Sizes& sizes, uint64_t index) = nullptr;

  uint64_t number_of(const Sizes& sizes, uint64_t index) const {
    return number ? number(sizes, index) : first(sizes) + index;
  }
};

/// A metadata entry copied from config.json; left out when neither the file nor the family's defaults have the member.
struct Parameter {
  std::string_view key;  ///< after "<architecture>."
  std::string_view member;
  ValueType type;  ///< u32, f32 or boolean
};

/// What a family adds that no table can say.
struct Conversion {
  const HuggingFaceConfig& config;
  const Sizes& sizes;
  ConvertedModel& model;
  std::string_view architecture;
  const SentenceModules& modules;

  void set_u32(std::string_view key, uint64_t value) const;
  void set_f32(std::string_view key, double value) const;
  void set_bool(std::string_view key, bool value) const;
  void set_string(std::string_view key, std::string_view value) const;
  void set_array(std::string_view key, std::span<const int32_t> values) const;
  void set_array(std::string_view key, std::span<const float> values) const;
  void set_array(std::string_view key, const std::vector<bool>& values) const;
  /// Takes an entry back that the tables set.
  void remove(std::string_view key) const;
  /// Adds a tensor that no file holds.
  void add_computed(std::string_view name, std::vector<float> values) const;
};

/// What a family knows before its tensors are looked for.
struct Preparation {
  const HuggingFaceConfig& config;
  Sizes& sizes;
  /// True when the files hold a tensor of that name.
  const std::function<bool(std::string_view)>& has;
  /// Leaves tensors out whose names begin so.
  const std::function<void(std::string_view)>& leave_out;
};

/// A tensor of a GGUF file by its name; null when there is none.
using FindTensor = std::function<const SourceTensor*(std::string_view)>;

/// What a configuration is made from where the way leads back: the metadata of a GGUF file.
struct Reversion {
  const GgufHeader& metadata;
  std::string_view architecture;
  const FindTensor& find;     ///< among the GGUF file's tensors
  const NamedValues& values;  ///< of tensors that the conversion computes
  Json& config;               ///< what the tables say is there already

  /// Entries of the architecture; nothing when missing.
  std::optional<double> number(std::string_view key) const;
  std::optional<uint64_t> whole(std::string_view key) const;
  std::vector<uint32_t> numbers(std::string_view key) const;
  std::optional<bool> truth(std::string_view key) const;
  /// A member of the configuration; nothing when missing.
  std::optional<double> member(std::string_view name) const;
  void set(std::string_view name, Json value) const { config.set(name, std::move(value)); }
  void remove(std::string_view name) const { config.remove(name); }
};

/// A number as short as single precision tells it apart: 1e-5, not 9.999999747378752e-06.
Json short_number(float value);
Json short_numbers(std::span<const float> values);

/// What the folder says it is that a GGUF file of the family came from. Families without one are not led back.
struct Origin {
  std::string_view model_class, model_type;                ///< "LlamaForCausalLM", "llama"
  void (*complete)(const Reversion& reversion) = nullptr;  ///< members that no table says
  std::span<const std::string_view> precise = {};          ///< ends of names of tensors that are F32 in any folder
  /// True for the source of a rule that folders of such a file do not have: another rule makes the same tensor.
  bool (*passes_over)(std::string_view source, const FindTensor& find) = nullptr;
};

/// The metadata most decoders have.
std::span<const Parameter> common_parameters();

struct Family {
  std::string_view architecture;                           ///< general.architecture
  std::string_view title;                                  ///< for people
  std::span<const std::string_view> hugging_face;          ///< names in "architectures"
  std::span<const ConfigDefault> defaults = {};            ///< what transformers assumes
  bool tied_by_default = false;                            ///< of "tie_word_embeddings"
  std::span<const Parameter> parameters = {};              ///< beside the common ones
  std::span<const TensorRule> globals = {}, layer = {};    ///< `layer`: under "model.layers.#."
  std::span<const std::string_view> left_out = {};         ///< starts of names of tensors llama.cpp has no use for
  std::span<const std::string_view> rope_types = {};       ///< rope scalings that finish() takes care of
  void (*finish)(const Conversion& conversion) = nullptr;  ///< what no table says; null where they say all
  std::span<const ConfigAlias> aliases = {};
  std::span<const Stack> stacks = {};                         ///< instead of `layer`
  void (*prepare)(const Preparation& preparation) = nullptr;  ///< sizes of its own, kinds of layers
  bool rope = true;                                           ///< rope.* by the common rules
  /// Where several families go by one name in config.json: whether it is this one.
  bool (*suits)(const HuggingFaceConfig& config) = nullptr;
  /// Instead of the common parameters.
  std::span<const Parameter> (*common)() = common_parameters;
  Origin origin = {};
};

/// What config.json says of a model's sizes. `config` has the family's defaults and aliases. Throws Error.
Sizes read_sizes(const Family& family, const HuggingFaceConfig& config);

/// Copies the entries from the configuration.
void set_parameters(const Conversion& conversion, std::span<const Parameter> parameters);

/// The pattern with its '#' made a number.
std::string numbered(std::string_view pattern, uint64_t number);
/// The names a rule's source stands for.
std::vector<std::string> source_names(const TensorRule& rule, std::string_view prefix, const Sizes& sizes);

/// The one list.
std::span<const Family* const> families();

}  // namespace nibble::architecture
