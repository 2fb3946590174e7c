#pragma once
#include <span>

#include "architecture/revert.h"
#include "model/model.h"

namespace nibble {

/// The folder that a GGUF model was converted from, of its files: tensors that lie in them row after row are slices of
/// them, others lie in the derived file. Throws Error.
Assembly reverted(const Assembly& gguf, const GgufHeader& metadata, std::span<const ModelFile> files,
                  const NamedValues& values);

}  // namespace nibble
