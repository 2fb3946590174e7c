#pragma once
#include <span>
#include <string>

#include "model/model.h"

namespace nibble {

/// Joins GGUF files, all read, to one model. Throws Error when a shard is missing or the files do not belong together.
Assembly assemble_gguf(std::span<const ModelFile> files);

/// A tensor of a model, from what file number `file` says of it.
ModelTensor gguf_tensor(const StoredTensor& tensor, uint32_t file);

/// What follows the name proper in the name of a shard: "-00002-of-00005.gguf" for number 1 of 5.
std::string shard_suffix(uint64_t number, uint64_t count);

}  // namespace nibble
