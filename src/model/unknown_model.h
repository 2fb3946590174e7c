#pragma once
#include <span>
#include <string_view>

#include "container/gguf_writer.h"
#include "model/model.h"

namespace nibble {

/// A model of a network nobody knows: every tensor keeps its name, shape and type as far as GGUF can hold them, and
/// notes say where it cannot. `why` begins the first one: why the network is not known. Adds to `assembly`. Throws
/// Error when a tensor is in two of the files.
void assemble_unknown(std::span<const ModelFile> files, std::span<const uint32_t> weight_files, std::string_view title,
                      const std::string& why, Assembly& assembly);

/// The header of the GGUF file a model stands for, from its entries.
GgufHeader header_of(const KeyValueList& values);

/// The type that stands in a GGUF file for one that only other containers have.
Type gguf_type(Type stored);

/// A shape of at most as many dimensions as GGUF has, trailing ones dropped: the outermost ones become one.
std::vector<uint64_t> folded_shape(std::span<const uint64_t> shape);

}  // namespace nibble
