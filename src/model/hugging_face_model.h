#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/model.h"

namespace nibble {

/// A Hugging Face folder as the GGUF model it stands for: adds metadata, tensors and notes to `assembly`. A
/// sentence, and nothing added, when there is no config.json, its architecture is not known or the weights are
/// `quantized` already. Throws Error when the files contradict one another.
std::optional<std::string> assemble_hugging_face(std::span<const ModelFile> files,
                                                 std::span<const uint32_t> weight_files, std::string_view title,
                                                 Assembly& assembly);

/// The part of a folder that looks at images, likewise. Throws Error when there is none, or none that is known.
void assemble_projector(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                        std::string_view title, Assembly& assembly);

}  // namespace nibble
