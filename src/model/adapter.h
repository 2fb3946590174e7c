#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/model.h"
#include "model/stored_layers.h"

namespace nibble {

/// True for a file of an adapter that is to be merged: it was offered under the name "--lora/NUMBER/STRENGTH/NAME",
/// NAME being "adapter_config.json" or "adapter_model.safetensors" (PEFT). Adapters are merged in the order of their
/// numbers.
bool is_of_adapter(std::string_view file);

/// Adds adapters to the layers they were trained for: W + strength x alpha / r x B A of each, where "use_rslora" says
/// so alpha / sqrt(r) (LoRA). Returns how many adapters there were. Throws Error when a file of one is missing, when it
/// is of another kind, or of another model.
size_t merge_adapters(std::span<const ModelFile> files, std::vector<StoredLayer>& layers, Notes& notes);

}  // namespace nibble
