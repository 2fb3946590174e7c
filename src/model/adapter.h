#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/model.h"
#include "model/stored_layers.h"

namespace nibble {

/// True for a file of an adapter that is to be merged: it was offered under the name "--lora/NUMBER/STRENGTH/NAME",
/// NAME being "adapter_config.json" or "adapter_model.safetensors" (PEFT). Adapters are merged in the order of their
/// numbers. One whose STRENGTH is "alone" is not merged: it is what is opened, and the model tells what it is for.
bool is_of_adapter(std::string_view file);

/// Adds adapters to the layers they were trained for: W + strength x alpha / r x B A of each, where "use_rslora" says
/// so alpha / sqrt(r) (LoRA); with "use_dora", each row then gets the length that the adapter has for it (DoRA).
/// Returns how many adapters there were. Throws Error when a file of one is missing, when it is of another kind, or of
/// another model.
size_t merge_adapters(std::span<const ModelFile> files, std::vector<StoredLayer>& layers, Notes& notes);

/// The matrices that an adapter has for one layer.
struct AdapterLayer {
  size_t layer;  ///< index into the layers given
  StoredMatrix down, up;
};
/// An adapter by itself.
struct AdapterContents {
  std::vector<AdapterLayer> layers;
  double alpha = 0;  ///< such that alpha / rank is what B A is multiplied by
};

/// The adapter that is to be opened by itself; nothing when there is none. Throws Error likewise, and when there are
/// others beside it or it sets the lengths of rows.
std::optional<AdapterContents> adapter_alone(std::span<const ModelFile> files, const std::vector<StoredLayer>& layers);

}  // namespace nibble
