#include "model/folder.h"

#include <algorithm>
#include <string_view>

#include "container/companion.h"
#include "error.h"

namespace nibble {
namespace {

constexpr std::string_view weight_extensions[] = {".safetensors"};

bool has_extension(std::string_view path, std::string_view extension) {
  return path.size() > extension.size() && path.substr(path.size() - extension.size()) == extension;
}

bool holds_weights(std::string_view path) {
  return std::any_of(std::begin(weight_extensions), std::end(weight_extensions),
                     [&](std::string_view extension) { return has_extension(path, extension); });
}

std::string_view folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// How far down a folder is, then its name: the first one is taken.
std::pair<ptrdiff_t, std::string_view> order_of(std::string_view path) {
  const std::string_view folder = folder_of(path);
  return {std::count(path.begin(), path.end(), '/'), folder};
}

}  // namespace

std::vector<uint32_t> choose_model_files(std::span<const std::string> paths) {
  std::vector<uint32_t> gguf, weights;
  for (uint32_t i = 0; i < paths.size(); ++i) {
    if (has_extension(paths[i], ".gguf")) gguf.push_back(i);
    if (holds_weights(paths[i])) weights.push_back(i);
  }
  if (gguf.empty() && weights.empty()) {
    throw Error("It holds no model: no file whose name ends in .gguf or .safetensors.");
  }
  if (!gguf.empty() && !weights.empty()) {
    throw Error("It holds both GGUF and safetensors files. Choose the files of the one to open.");
  }
  if (!gguf.empty()) return gguf;
  const uint32_t nearest = *std::min_element(
      weights.begin(), weights.end(), [&](uint32_t a, uint32_t b) { return order_of(paths[a]) < order_of(paths[b]); });
  const std::string_view folder = folder_of(paths[nearest]);
  std::vector<uint32_t> chosen;
  for (uint32_t i = 0; i < paths.size(); ++i) {
    if (folder_of(paths[i]) == folder && (holds_weights(paths[i]) || is_companion(name_of(paths[i])))) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace nibble
