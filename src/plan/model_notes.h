#pragma once
#include <span>

#include "model/model.h"
#include "note.h"
#include "plan/options.h"

namespace nibble {

/// All that is known of a model and matters to what is made of it, warnings first. `overrides` are metadata the person
/// sets: what they mend is not complained of. `model` is complete.
Notes model_notes(const Model& model, std::span<const KeyOverride> overrides = {});

}  // namespace nibble
