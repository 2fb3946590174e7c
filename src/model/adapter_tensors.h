#pragma once
#include <span>
#include <vector>

#include "architecture/architecture.h"
#include "model/adapter.h"
#include "model/model.h"

namespace nibble {

/// An adapter as llama.cpp loads one: for each tensor NAME that it changes, NAME.lora_a (its A) and NAME.lora_b (its B,
/// rows in the order that the model's have), and metadata that say what it is. `model` is what the folder that the
/// adapter was trained on becomes, `layers` what its sources are, and `file` the number of the derived file. Throws
/// Error when llama.cpp's model has no whole rows of a layer that the adapter changes.
void assemble_adapter(const AdapterContents& adapter, const ConvertedModel& model, std::span<const StoredLayer> layers,
                      uint32_t file, Assembly& assembly);

}  // namespace nibble
