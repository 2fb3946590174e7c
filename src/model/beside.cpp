#include "model/beside.h"

#include <algorithm>

#include "architecture/mistral_layout.h"
#include "container/companion.h"
#include "names.h"

namespace nibble {

std::vector<uint32_t> files_beside(std::string_view weight_file, std::span<const std::string> paths) {
  const bool as_hugging_face_names_them =
      has_extension(weight_file, ".safetensors") || weight_file.starts_with("pytorch_model");
  const std::string_view settings = weight_file.starts_with(mistral_weights) ? mistral_settings : "config.json";
  if (!as_hugging_face_names_them || std::find(paths.begin(), paths.end(), settings) == paths.end()) return {};
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < paths.size(); ++i) {
    if (is_companion(paths[i]) && !is_shard_index(paths[i])) found.push_back(i);
  }
  return found;
}

}  // namespace nibble
