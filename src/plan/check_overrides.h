#pragma once
#include <span>

#include "model/model.h"
#include "plan/options.h"

namespace nibble {

/// Throws Error for an override after which no program would load the output: another kind of value than the key has,
/// an architecture or a tokenizer whose settings the file does not have, a number that contradicts the tensors, or what
/// the file says of itself as a container. `model` is complete.
void check_overrides(const Model& model, std::span<const KeyOverride> overrides);

}  // namespace nibble
