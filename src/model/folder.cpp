#include "model/folder.h"

#include <algorithm>
#include <string_view>

#include "container/companion.h"
#include "error.h"

namespace nibble {
namespace {

/// Names of files that hold weights.
struct Kind {
  std::string_view start, extension;
  /// Kinds of one rank may come together; of lower ones, files are taken only when there are none of a higher one: they
  /// are copies then, or the state of a training.
  int rank;
};
constexpr Kind kinds[] = {
    {"", ".safetensors", 5}, {"pytorch_model", ".bin", 4},
    {"", ".bin", 3},         {"", ".pt", 3},
    {"", ".pth", 3},         {"", ".ckpt", 3},
    {"", ".npz", 2},         {"", ".npy", 1},
};
constexpr int safetensors_rank = 5;

bool has_extension(std::string_view path, std::string_view extension) {
  return path.size() > extension.size() && path.ends_with(extension);
}

std::string_view folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// 0 when the file holds no weights.
int rank_of(std::string_view path) {
  for (const Kind& kind : kinds) {
    if (has_extension(path, kind.extension) && name_of(path).starts_with(kind.start)) return kind.rank;
  }
  return 0;
}

/// How far down a folder is, then its name: the first one is taken.
std::pair<ptrdiff_t, std::string_view> order_of(std::string_view path) {
  const std::string_view folder = folder_of(path);
  return {std::count(path.begin(), path.end(), '/'), folder};
}

}  // namespace

std::vector<uint32_t> choose_model_files(std::span<const std::string> paths) {
  std::vector<uint32_t> gguf, weights;
  int rank = 1;
  for (const std::string& path : paths) rank = std::max(rank, rank_of(path));
  for (uint32_t i = 0; i < paths.size(); ++i) {
    if (has_extension(paths[i], ".gguf")) gguf.push_back(i);
    if (rank_of(paths[i]) == rank) weights.push_back(i);
  }
  if (gguf.empty() && weights.empty()) {
    std::string endings = ".gguf";
    for (const Kind& kind : kinds) {
      if (kind.start.empty()) endings.append(", ").append(kind.extension);
    }
    throw Error("It holds no model: no file whose name ends in one of " + endings + '.');
  }
  if (!gguf.empty() && !weights.empty() && rank == safetensors_rank) {
    throw Error("It holds both GGUF and safetensors files. Choose the files of the one to open.");
  }
  if (!gguf.empty()) return gguf;
  const uint32_t nearest = *std::min_element(
      weights.begin(), weights.end(), [&](uint32_t a, uint32_t b) { return order_of(paths[a]) < order_of(paths[b]); });
  const std::string_view folder = folder_of(paths[nearest]);
  std::vector<uint32_t> chosen;
  for (uint32_t i = 0; i < paths.size(); ++i) {
    if (folder_of(paths[i]) == folder && (rank_of(paths[i]) == rank || is_companion(name_of(paths[i]))))
      chosen.push_back(i);
  }
  return chosen;
}

}  // namespace nibble
