#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "packing/packing.h"

/// What loaders are told of a quantized model, in the places where they look for it (docs/loaders.md).
namespace nibble {

/// The layers of a model by module name ("model.layers.0.mlp.up_proj").
struct LoaderModules {
  std::vector<std::string> quantized;
  std::vector<std::string> left_out;  ///< as they were, although loaders would expect them quantized
};

/// "model.layers.0.mlp.up_proj" for "model.layers.0.mlp.up_proj.weight"; any other name as it is.
std::string module_name(std::string_view tensor);

/// The object loaders look for as quantization_config in config.json. `dtype` is the safetensors type of
/// the weights. It names this program under meta.quantizer.
Json quantization_config(const Packing& packing, std::string_view dtype, const LoaderModules& modules);

/// "float16" for "F16".
std::string_view torch_dtype(std::string_view dtype);

}  // namespace nibble
