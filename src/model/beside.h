#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// What lies beside a file of weights named `weights` and makes a model of it, as indices into `names`, the files of
/// the same folder: the configuration and the tokenizer, where there is a configuration and `weights` is named as
/// Hugging Face names them. Never a list of shards: `weights` says what is wanted.
std::vector<uint32_t> files_beside(std::string_view weights, std::span<const std::string> names);

}  // namespace nibble
