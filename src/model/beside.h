#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// What makes a model of the weights in a file named `weight_file`, as indices into `paths`, the files in and below its
/// folder: the configuration and the tokenizer, where there is a configuration and `weight_file` is named as Hugging
/// Face names them. Never a list of shards: `weight_file` says what is wanted.
std::vector<uint32_t> files_beside(std::string_view weight_file, std::span<const std::string> paths);

}  // namespace nibble
