#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// A file of a model.
struct ChosenFile {
  uint32_t index;    ///< among the paths given
  std::string name;  ///< below the model's own folder, as Model::offer() wants it
};

struct ChosenModel {
  std::vector<ChosenFile> files;
  std::string name;                ///< what the folder says the model is called; empty when it does not say
  std::vector<std::string> notes;  ///< sentences about what was passed over
};

/// Which files of a folder, or of several that were chosen together, to open as one model. `paths` are relative to the
/// folder, with slashes; `folder` is its own path, as much of it as is known, or empty. Taken are the weights nearest
/// to the top, safetensors before PyTorch's before GGUF before other kinds, and the small files beside them; of GGUF,
/// all files. A folder that a download cache made is looked into. Throws Error when there is no model, or when nothing
/// says which of several is meant.
ChosenModel choose_model_files(std::span<const std::string> paths, std::string_view folder);

/// Whether a folder at this path below a model's may hold a part of it, so that it should be looked into.
bool may_hold_part(std::string_view path);

/// How the names of files with weights end: ".gguf", ".safetensors", ...
std::vector<std::string_view> weight_extensions();

}  // namespace nibble
