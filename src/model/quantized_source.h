#pragma once
#include <optional>
#include <span>
#include <string>

#include "model/model.h"

namespace nibble {

/// How the weights of a model were quantized before it was opened, and what says so.
struct QuantizedSource {
  std::string method;  ///< "GPTQ"
  std::string sign;    ///< "config.json says so", or "it holds "model.layers.0.mlp.up_proj.qweight""
};

/// Nothing when the weights are plain numbers. Throws Error when config.json is no JSON object.
std::optional<QuantizedSource> quantized_source(std::span<const ModelFile> files);

}  // namespace nibble
