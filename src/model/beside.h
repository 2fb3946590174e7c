#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// What makes a model of the weights in a file named `weights`, as indices into `paths`, the files in and below its
/// folder: the configuration and the tokenizer, where there is a configuration and `weights` is named as Hugging Face
/// names them. Never a list of shards: `weights` says what is wanted.
std::vector<uint32_t> files_beside(std::string_view weights, std::span<const std::string> paths);

}  // namespace nibble
