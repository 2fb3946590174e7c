#pragma once
#include "architecture/family.h"

namespace nibble::architecture {

/// attention.sliding_window_pattern: which layers see a window only, by "layer_types"; nothing when it is not said.
inline void set_windows(const Conversion& conversion) {
  std::vector<bool> windows;
  for (const std::string& type : conversion.config.texts("layer_types")) windows.push_back(type == "sliding_attention");
  if (!windows.empty()) conversion.set_array("attention.sliding_window_pattern", windows);
}

}  // namespace nibble::architecture
