#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "container/gguf.h"
#include "formats/format.h"
#include "model/model.h"

namespace nibble::network {

/// What llama.cpp (b11364, processor, its defaults: batches of 512 tokens, one sequence) allocates beside the weights
/// to answer with a model. In bytes.
struct RuntimeMemory {
  uint64_t context;  ///< tokens, as llama.cpp rounds them up
  uint64_t cache;    ///< keys and values of that many tokens, and the states that layers without attention carry on
  uint64_t working;  ///< scratch of a batch: within a few percent for dense decoders, about for others
};

/// For `context` tokens whose keys and values are stored as `cache_type`. `vocabulary` is the number of rows of the
/// token embedding. Where the metadata does not say how wide a sliding window's layers are spread, all count as seeing
/// everything. Throws Error when the metadata does not say what attention is made of, or rows of keys are not whole
/// blocks of the type.
/// `no_mtp`: of the model without the layers that predict further tokens.
RuntimeMemory runtime_memory(const GgufHeader& metadata, uint64_t vocabulary, uint64_t context, Type cache_type,
                             bool no_mtp = false);

/// RuntimeMemory of web/src/wasm/types, for a model that is complete; `cache_type` is one of cache_types(). Throws
/// Error likewise, and for any other type.
std::string runtime_memory_json(const Model& model, uint64_t context, std::string_view cache_type, bool no_mtp);

/// What llama.cpp stores keys and values as (--cache-type-k, --cache-type-v), the widest first.
std::span<const Type> cache_types();

}  // namespace nibble::network
