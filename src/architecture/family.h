#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "architecture/architecture.h"

/// What a decoder family's file declares. A new family is one such file and one line in families.cpp.
namespace nibble::architecture {

/// What config.json says of a model's sizes, defaults filled in.
struct Sizes {
  uint64_t vocabulary = 0, embedding = 0, layers = 0;
  uint64_t heads = 0, key_heads = 0, head = 0;  ///< query heads, key and value heads, the size of one
  uint64_t feed_forward = 0;
  uint64_t experts = 0, expert_feed_forward = 0, shared_feed_forward = 0;
};

/// A dimension, by what it counts.
enum class Size : uint8_t {
  none,
  one,
  vocabulary,
  embedding,
  feed_forward,
  twice_feed_forward,
  head,
  queries,
  keys,
  queries_keys_values,
  experts,
  expert_feed_forward,
  shared_feed_forward,
};
uint64_t size_of(Size size, const Sizes& sizes);

enum class Need : uint8_t {
  always,
  sometimes,   ///< biases, which some models of a family have
  unless_tied  ///< the output layer, missing when the token embedding serves as one
};

/// Rows regrouped for Llama's rotary embedding, by heads of queries or of keys; see stored_row().
enum class Rows : uint8_t { stored, query_heads, key_heads };

/// One tensor, or one of each layer: its name in the source (after "model.layers.N." for tensors of a layer; a '#'
/// stands for the number of an expert, and all experts are stacked) and in GGUF (after "blk.N.").
struct TensorRule {
  std::string_view source, name;
  Size columns, rows = Size::none;  ///< without rows: one-dimensional
  Need need = Need::always;
  Rows order = Rows::stored;
  float add = 0;
};

/// A metadata entry copied from config.json; left out when neither the file nor the family's defaults have the member.
struct Parameter {
  std::string_view key;  ///< after "<architecture>."
  std::string_view member;
  ValueType type;  ///< u32 or f32
};

/// What a family adds that no table can say.
struct Conversion {
  const HuggingFaceConfig& config;
  const Sizes& sizes;
  ConvertedModel& model;
  std::string_view architecture;

  void set_u32(std::string_view key, uint64_t value) const;
  void set_f32(std::string_view key, double value) const;
  void set_string(std::string_view key, std::string_view value) const;
  /// Adds a tensor that no file holds.
  void add_computed(std::string_view name, std::vector<float> values) const;
};

struct Family {
  std::string_view architecture;                   ///< general.architecture
  std::string_view title;                          ///< for people
  std::span<const std::string_view> hugging_face;  ///< names in "architectures"
  std::span<const ConfigDefault> defaults;         ///< what transformers assumes
  bool tied_by_default;                            ///< of "tie_word_embeddings"
  std::span<const Parameter> parameters;           ///< beside the common ones
  std::span<const TensorRule> globals, layer;
  std::span<const std::string_view> left_out;    ///< starts of names of tensors llama.cpp has no use for
  std::span<const std::string_view> rope_types;  ///< rope scalings that finish() takes care of
  void (*finish)(const Conversion& conversion);  ///< what no table says; null where they say all
};

/// The one list.
std::span<const Family* const> families();

}  // namespace nibble::architecture
