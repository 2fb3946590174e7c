#pragma once
#include <span>
#include <string>

#include "model/model.h"

namespace nibble {

/// Takes tensors of another GGUF model whose names match one of the patterns into a model, under the names and with
/// the metadata that they have there: instead of its own tensors of these names, or as the embedding, output layer or
/// last norm that it lacks, or as layers that predict further tokens (MTP), behind its own. Throws Error, and changes
/// nothing, when a pattern matches no tensor, when a tensor has no place in the model or another shape than its
/// metadata and tensors ask for, or when a layer would be there in part.
void graft(Model& model, const Model& other, std::span<const std::string> patterns);

}  // namespace nibble
