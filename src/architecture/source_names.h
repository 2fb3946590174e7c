#pragma once
#include <span>
#include <string>
#include <vector>

#include "architecture/architecture.h"

namespace nibble::architecture {

/// The names of the tensors as transformers' own classes have them ("model.layers.0.mlp.up_proj.weight"): what wrappers
/// of a model put into its names is taken out, and the "model." that the bare network is saved without is put in front;
/// names of Mistral's own layout become transformers'.
std::vector<std::string> plain_names(std::span<const SourceTensor> tensors);

/// The name of one tensor or module without what wrappers put into it.
std::string plain_name(std::string name);

/// What tensors are that are no model by themselves, and what to do: a sentence; empty when they are one.
std::string adapter_reason(std::span<const SourceTensor> tensors);

}  // namespace nibble::architecture
