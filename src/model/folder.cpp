#include "model/folder.h"

#include <algorithm>
#include <optional>

#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "names.h"

namespace nibble {
namespace {

/// Names of files that hold weights.
struct Kind {
  std::string_view start, extension;
  /// Kinds of one rank may come together; of lower ones, files are taken only when there are none of a higher one: they
  /// are copies then, or made from them.
  int rank;
};
constexpr int gguf_rank = 4, pytorch_rank = 5;
constexpr Kind kinds[] = {
    {"", ".safetensors", 6},  {"pytorch_model", ".bin", pytorch_rank},
    {"", ".gguf", gguf_rank}, {"", ".bin", 3},
    {"", ".pt", 3},           {"", ".pth", 3},
    {"", ".ckpt", 3},         {"", ".npz", 2},
    {"", ".npy", 1},
};
/// How files begin that training libraries write beside the weights: their own state, no part of a model.
constexpr std::string_view training_state[] = {"optimizer", "scheduler",     "scaler",
                                               "rng_state", "random_states", "training_args"};

/// A download cache keeps checkouts in models--ORGANIZATION--NAME/snapshots/COMMIT, links to files in blobs beside.
constexpr std::string_view cached_start = "models--", snapshots = "snapshots", blobs = "blobs/";
constexpr std::string_view templates = "additional_chat_templates";
constexpr size_t commit_digits = 40;

std::string_view folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// 0 when the file holds no weights of a model.
int rank_of(std::string_view path) {
  const std::string_view name = name_of(path);
  for (const std::string_view start : training_state) {
    if (name.starts_with(start)) return 0;
  }
  for (const Kind& kind : kinds) {
    if (has_extension(name, kind.extension) && name.starts_with(kind.start)) return kind.rank;
  }
  return 0;
}

/// How far down a folder is, then its name: the first one is taken.
std::pair<ptrdiff_t, std::string_view> order_of(std::string_view path) {
  return {std::count(path.begin(), path.end(), '/'), folder_of(path)};
}

bool is_commit(std::string_view name) {
  return name.size() == commit_digits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What a model in a folder of this path is called.
std::string model_name(std::string_view folder) {
  while (!folder.empty()) {
    const std::string_view name = name_of(folder);
    if (name.starts_with(cached_start)) return std::string(name.substr(name.rfind("--") + 2));
    if (!name.empty() && !is_commit(name) && name != snapshots) return std::string(name);
    folder = folder_of(folder);
  }
  return {};
}

[[noreturn]] void refuse_folder(std::span<const std::string> paths) {
  const auto is_blob = [](const std::string& path) {
    return path.starts_with(blobs) || path.find("/blobs/") != std::string::npos;
  };
  if (std::any_of(paths.begin(), paths.end(), is_blob)) {
    throw Error(
        "It is the folder of a download cache, whose files are links in \"snapshots\", and they cannot be seen "
        "here. Choose the files in a folder of \"snapshots\" instead, all together.");
  }
  std::string endings;
  for (const std::string_view extension : weight_extensions()) {
    endings.append(endings.empty() ? "" : ", ").append(extension);
  }
  throw Error("It holds no model: no file whose name ends in one of " + endings + '.');
}

std::vector<std::string> quoted_names(std::span<const std::string> paths, std::span<const uint32_t> files) {
  std::vector<std::string> names;
  for (const uint32_t i : files) names.push_back(in_quotes(name_of(paths[i]), 200));
  return names;
}

/// The folder whose weights are taken. Of several checkouts in a cache nothing says which one is meant.
std::string_view nearest_folder(std::span<const std::string> paths, std::span<const uint32_t> weight_files) {
  const uint32_t nearest = *std::min_element(weight_files.begin(), weight_files.end(), [&](uint32_t a, uint32_t b) {
    return order_of(paths[a]) < order_of(paths[b]);
  });
  const std::string_view folder = folder_of(paths[nearest]);
  if (name_of(folder_of(folder)) != snapshots) return folder;
  std::vector<std::string> checkouts;
  for (const uint32_t i : weight_files) {
    const std::string_view other = folder_of(paths[i]);
    if (folder_of(other) != folder_of(folder)) continue;
    const std::string name = in_quotes(name_of(other));
    if (std::find(checkouts.begin(), checkouts.end(), name) == checkouts.end()) checkouts.push_back(name);
  }
  if (checkouts.size() > 1) {
    throw Error("It holds several versions of a model in \"snapshots\": " + listed(checkouts, checkouts.size()) +
                ". Choose the folder of one.");
  }
  return folder;
}

}  // namespace

bool may_hold_part(std::string_view path) {
  return path == snapshots || folder_of(path) == snapshots || name_of(path) == templates ||
         name_of(path) == pooling_folder;
}

std::vector<std::string_view> weight_extensions() {
  std::vector<std::string_view> extensions;
  for (const Kind& kind : kinds) {
    if (kind.start.empty()) extensions.push_back(kind.extension);
  }
  return extensions;
}

ChosenModel choose_model_files(std::span<const std::string> paths, std::string_view folder) {
  int rank = 1;
  for (const std::string& path : paths) rank = std::max(rank, rank_of(path));
  std::vector<uint32_t> gguf, weight_files;
  for (uint32_t i = 0; i < paths.size(); ++i) {
    const int own = rank_of(paths[i]);
    if (own == gguf_rank) gguf.push_back(i);
    if (own == rank) weight_files.push_back(i);
  }
  if (weight_files.empty()) refuse_folder(paths);
  ChosenModel chosen;
  chosen.name = model_name(folder);
  if (rank == gguf_rank) {
    for (const uint32_t i : gguf) chosen.files.push_back({i, std::string(name_of(paths[i]))});
    return chosen;
  }
  const std::string_view own = nearest_folder(paths, weight_files);
  for (uint32_t i = 0; i < paths.size(); ++i) {
    const std::string_view path = paths[i];
    if (!path.starts_with(own) || (!own.empty() && path.substr(own.size(), 1) != "/")) continue;
    const std::string_view name = path.substr(own.empty() ? 0 : own.size() + 1);
    const bool beside = name.find('/') == std::string_view::npos;
    if ((beside && rank_of(path) == rank) || is_companion(name)) chosen.files.push_back({i, std::string(name)});
  }
  if (!gguf.empty()) {
    chosen.notes.push_back("The " + std::string(rank == pytorch_rank ? "PyTorch" : "safetensors") +
                           " model was taken, not " + listed(quoted_names(paths, gguf), gguf.size()) +
                           (gguf.size() == 1 ? ", which lies" : ", which lie") +
                           " beside it. To open a GGUF file, choose that file itself.");
  }
  return chosen;
}

}  // namespace nibble
