#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a tensor's name says about it.
namespace nibble {

/// The part a tensor plays, as far as recipes tell parts apart.
enum class Category : uint8_t {
  output,           ///< output.weight
  token_embedding,  ///< token_embd.weight, per_layer_token_embd.weight
  qkv,              ///< queries, keys and values fused in one matrix
  kv_b,             ///< the second half of a factored key and value projection
  value,
  key,
  query,
  attention_output,
  up,
  gate,
  down,  ///< feed-forward projections, experts included
  other,
};

Category category_of(std::string_view name);

/// Tensors that hold values and are ruled like the value projection.
constexpr bool holds_values(Category category) {
  return category == Category::value || category == Category::qkv || category == Category::kv_b;
}

/// The part in one word, for charts and tables: Role of web/src/wasm/types.
std::string_view role_name(std::string_view name);
/// Whether a word is one that role_name() gives.
bool is_role(std::string_view word);

/// The number after a leading "blk.", or none.
std::optional<uint64_t> block_number(std::string_view name);

/// Why a tensor of this name is never quantized, in words; empty when it may be.
std::string_view reason_to_keep(std::string_view name);

}  // namespace nibble
