#pragma once
#include <span>

#include "container/gguf.h"
#include "plan/options.h"

namespace nibble {

/// What the recipes need to know of a model, overrides of metadata included (of several for one key the first counts).
ModelFacts model_facts(const GgufHeader& header, std::span<const KeyOverride> overrides);

}  // namespace nibble
