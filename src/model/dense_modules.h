#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "model/stored_layers.h"

/// Layers that sentence-transformers puts behind a model's pooling (2_Dense, 3_Dense), which llama.cpp has for
/// EmbeddingGemma.
namespace nibble {

/// Of which architecture.
constexpr std::string_view dense_architecture = "gemma-embedding";

/// One of them, as llama.cpp names it.
struct DenseModule {
  std::string name;  ///< "dense_2"
  uint64_t in = 0, out = 0;
  StoredLayer layer;
};

/// True for the weights of one, which are no part of the model but where they are offered: "2_Dense/model.safetensors".
bool is_dense_weights(std::string_view file);

/// Those whose weights were offered, in the order of modules.json; none when no weights were. Throws Error when a file
/// is missing or damaged, or a module does something llama.cpp does not.
std::vector<DenseModule> dense_modules(std::span<const ModelFile> files);

}  // namespace nibble
