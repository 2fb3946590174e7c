#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nibble {

/// Which files of a folder, or of several that were chosen together, to open as one model, as indices into `paths`
/// (relative, with slashes): the GGUF files anywhere in it, or else the weights nearest to the top and the small files
/// beside them. Throws Error when there are none, or when there are both.
std::vector<uint32_t> choose_model_files(std::span<const std::string> paths);

}  // namespace nibble
