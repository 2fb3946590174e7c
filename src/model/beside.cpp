#include "model/beside.h"

#include <algorithm>

#include "container/companion.h"

namespace nibble {

std::vector<uint32_t> files_beside(std::string_view weights, std::span<const std::string> names) {
  const bool as_hugging_face_names_them = weights.ends_with(".safetensors") || weights.starts_with("pytorch_model");
  if (!as_hugging_face_names_them || std::find(names.begin(), names.end(), "config.json") == names.end()) return {};
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < names.size(); ++i) {
    if (is_companion(names[i]) && !is_shard_index(names[i])) found.push_back(i);
  }
  return found;
}

}  // namespace nibble
