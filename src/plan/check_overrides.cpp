#include "plan/check_overrides.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "container/text.h"
#include "error.h"
#include "plan/output_values.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

constexpr std::string_view architecture_key = "general.architecture", tokenizer_key = "tokenizer.ggml.model";

/// Kinds of values that loaders tell apart, in the order of KeyOverride::value; the width of a number is another
/// matter.
enum class Kind : uint8_t { whole, real, truth, text };

constexpr const char* kind_names[] = {"a whole number", "a number with a fraction", "true or false", "a text"};

Kind kind_of(const KeyOverride& one) { return static_cast<Kind>(one.value.index()); }

Kind kind_of(ValueType type) {
  switch (type) {
    case ValueType::f32:
    case ValueType::f64: return Kind::real;
    case ValueType::boolean: return Kind::truth;
    case ValueType::string: return Kind::text;
    default: return Kind::whole;
  }
}

const char* name_of(Kind kind) { return kind_names[static_cast<size_t>(kind)]; }

[[noreturn]] void refuse(const KeyOverride& one, const std::string& why) {
  throw Error("The override of " + in_quotes(one.key) + " would make a file that no program loads: " + why);
}

/// The key every loader looks for first, by which the others are known.
std::string block_count_key(std::string_view architecture) { return std::string(architecture) + ".block_count"; }

/// Where the tensors show what a number must be: a dimension (innermost first) of those whose names end so.
struct Shown {
  std::string_view key, tensor;
  size_t dimension;
  const char* what;
};
constexpr Shown shown_by_tensors[] = {
    {"embedding_length", "token_embd.weight", 0, "the rows of the token embeddings have "},
    {"feed_forward_length", ".ffn_down.weight", 0, "the rows of the feed-forward layers have "},
    {"expert_count", ".ffn_down_exps.weight", 2, "the number of stacked experts is "},
};

class Checker {
 public:
  Checker(const Model& model, std::span<const KeyOverride> overrides)
      : model_(model), header_(model.metadata()), overrides_(overrides) {
    architecture_ = header_.text(std::string(architecture_key)).value_or("");
  }

  void check(const KeyOverride& one) const {
    check_kind(one);
    check_container(one);
    check_names(one);
    if (const int64_t* value = std::get_if<int64_t>(&one.value)) check_number(one, std::llabs(*value));
  }

 private:
  void check_kind(const KeyOverride& one) const {
    constexpr std::string_view numbers[] = {key::alignment, key::file_type, key::quantization_version};
    const auto must_be = [&](Kind kind) {
      if (kind_of(one) != kind)
        refuse(one, std::string("its value is ") + name_of(kind) + ", not " + name_of(kind_of(one)) + '.');
    };
    if (one.key == architecture_key || one.key == tokenizer_key) return must_be(Kind::text);
    if (std::find(std::begin(numbers), std::end(numbers), one.key) != std::end(numbers)) return must_be(Kind::whole);
    const KeyValue* existing = header_.find(one.key);
    if (!existing) return;
    // One number may stand for a list with one for each layer; no other list may become a single value.
    if (existing->type == ValueType::array && !one.key.starts_with(architecture_ + '.')) {
      refuse(one, "its value is a list of " + std::to_string(existing->count) + ".");
    }
    must_be(kind_of(existing->element));
  }

  void check_container(const KeyOverride& one) const {
    for (const char* own : {key::split_number, key::split_count, key::split_tensors}) {
      if (one.key == own) refuse(one, "it says how the output is split, which only the program knows.");
    }
    if (one.key != key::alignment) return;
    const auto alignment = static_cast<uint64_t>(std::llabs(std::get<int64_t>(one.value)));
    if (!std::has_single_bit(alignment)) refuse(one, std::to_string(alignment) + " is not a power of two.");
  }

  /// What other entries are known by.
  void check_names(const KeyOverride& one) const {
    if (one.key == architecture_key && !architecture_.empty() && architecture_ != unknown_architecture) {
      const std::string& name = std::get<std::string>(one.value);
      if (name != architecture_ && !has(block_count_key(name))) {
        refuse(one, "its settings are those of " + in_quotes(architecture_) + ", and it has no " +
                        in_quotes(block_count_key(name)) + ". Set that and the others of " + in_quotes(name) +
                        " too, or leave the architecture as it is.");
      }
    }
    if (one.key != tokenizer_key) return;
    const auto tokenizer = header_.text(std::string(tokenizer_key));
    if (tokenizer && *tokenizer != std::get<std::string>(one.value))
      refuse(one, "its vocabulary is one for " + in_quotes(*tokenizer) + '.');
  }

  /// Whether the output has the key, from the model or an override.
  bool has(const std::string& name) const {
    return header_.find(name) ||
           std::any_of(overrides_.begin(), overrides_.end(), [&](const KeyOverride& one) { return one.key == name; });
  }

  void check_number(const KeyOverride& one, int64_t value) const {
    if (one.key == block_count_key(architecture_)) {
      uint64_t blocks = 0;
      for (const ModelTensor& tensor : model_.tensors()) {
        if (const auto block = block_number(tensor.name)) blocks = std::max(blocks, *block + 1);
      }
      return expect(one, value, blocks, "the number of blocks there are tensors of is ");
    }
    for (const Shown& shown : shown_by_tensors) {
      if (one.key != architecture_ + '.' + std::string(shown.key)) continue;
      for (const ModelTensor& tensor : model_.tensors()) {
        if (!tensor.name.ends_with(shown.tensor) || tensor.shape.size() <= shown.dimension) continue;
        return expect(one, value, tensor.shape[shown.dimension], shown.what);
      }
    }
  }

  /// Refuses a number that contradicts the tensors, unless the model's own does so as well: then it is no such number.
  void expect(const KeyOverride& one, int64_t value, uint64_t is, const std::string& what) const {
    if (header_.number(one.key) == is && static_cast<uint64_t>(value) != is)
      refuse(one, what + std::to_string(is) + ", not " + std::to_string(value) + '.');
  }

  const Model& model_;
  const GgufHeader& header_;
  std::span<const KeyOverride> overrides_;
  std::string architecture_;
};

}  // namespace

void check_overrides(const Model& model, std::span<const KeyOverride> overrides) {
  const Checker checker(model, overrides);
  for (const KeyOverride& one : overrides) checker.check(one);
}

}  // namespace nibble
