#pragma once
#include <optional>
#include <span>
#include <string>

#include "model/model.h"

namespace nibble {

/// Fills `assembly` with the GGUF model that a network for images or video stands for, by the names of its tensors.
/// Returns false, with `assembly` as it was but for a note where there is something to say, when it is none that is
/// known. Throws Error when a tensor is in two of the files.
bool assemble_image_model(std::span<const ModelFile> files, std::span<const uint32_t> weight_files, Assembly& assembly);

}  // namespace nibble
