#pragma once
#include "architecture/family.h"

namespace nibble::architecture {

/// attention.sliding_window_pattern: which layers see a window only, by "layer_types"; nothing when it is not said.
inline void set_windows(const Conversion& conversion) {
  std::vector<bool> windows;
  for (const std::string& type : conversion.config.texts("layer_types")) windows.push_back(type == "sliding_attention");
  if (!windows.empty()) conversion.set_array("attention.sliding_window_pattern", windows);
}

/// The way back; nothing where the metadata do not say it.
inline void revert_windows(const Reversion& reversion) {
  const std::string key = std::string(reversion.architecture) + ".attention.sliding_window_pattern";
  const KeyValue* pattern = reversion.metadata.find(key);
  if (!pattern || pattern->type != ValueType::array || pattern->element != ValueType::boolean) return;
  Json types = Json::list();
  for (uint64_t i = 0; i < pattern->count; ++i) {
    const bool sees_window = reversion.metadata.bytes[pattern->elements + i] != 0;
    types.push_back(sees_window ? "sliding_attention" : "full_attention");
  }
  reversion.set("layer_types", std::move(types));
}

}  // namespace nibble::architecture
