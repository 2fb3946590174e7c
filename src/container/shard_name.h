#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nibble {

/// The name of a part of a split model, llama.cpp's and Hugging Face's: "model-00002-of-00003.safetensors".
struct ShardName {
  std::string_view prefix;     ///< "model"
  std::string_view extension;  ///< ".safetensors"
  uint64_t number, count;      ///< 2 and 3; as the name has them, so any numbers

  /// The name of part `other`, counted from 1.
  std::string name_of(uint64_t other) const;
};

/// Nothing when the name is of another form. The result refers to `name`.
std::optional<ShardName> parse_shard_name(std::string_view name);

}  // namespace nibble
