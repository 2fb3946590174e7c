#pragma once
#include <optional>
#include <string>

#include "model/layer_parts.h"
#include "model/quantization_settings.h"
#include "model/stored_layers.h"

/// Layers whose weights come quantized, each put together from its parts. All throw Error when a part is missing or has
/// another size than the others and config.json say, UnknownForm when weights cannot be decoded. `module` is what the
/// names of a layer's parts begin with: "model.layers.0.mlp.up_proj".
namespace nibble {

struct LayerSources {
  const LayerParts& parts;
  const QuantizationSettings& settings;
};

/// GPTQ: MODULE.qweight, .qzeros, .scales, .g_idx.
StoredLayer gptq_layer(const LayerSources& sources, const std::string& module, const LayerPart& words);
/// AWQ: MODULE.qweight, .qzeros, .scales.
StoredLayer awq_layer(const LayerSources& sources, const std::string& module, const LayerPart& words);
/// compressed-tensors, "pack-quantized": MODULE.weight_packed, .weight_scale, .weight_zero_point, .weight_g_idx.
StoredLayer packed_layer(const LayerSources& sources, const std::string& module, const LayerPart& words);

/// FP8 and 8-bit integers: MODULE.weight, `scale`, and .weight_zero_point where there is one.
StoredLayer scaled_layer(const LayerSources& sources, const std::string& module, const LayerPart& weight,
                         const LayerPart& scale);
/// NVFP4: MODULE.weight (ModelOpt) or .weight_packed (compressed-tensors), .weight_scale, .weight_scale_2 or
/// .weight_global_scale.
StoredLayer nvfp4_layer(const LayerSources& sources, const std::string& module, const LayerPart& bytes);
/// MXFP4 of compressed-tensors: MODULE.weight_packed (or .weight), .weight_scale, an exponent to 32 weights of a row.
StoredLayer packed_mxfp4_layer(const LayerSources& sources, const std::string& module, const LayerPart& bytes);
/// MXFP4 of gpt-oss: NAME_blocks, NAME_scales.
StoredLayer mxfp4_layer(const LayerSources& sources, const std::string& name, const LayerPart& blocks);

/// bitsandbytes' NF4 and FP4: MODULE.weight, and behind it .absmax, .quant_map, `state`, .nested_absmax and
/// .nested_quant_map.
StoredLayer four_bit_layer(const LayerSources& sources, const LayerPart& weight, const LayerPart& state);
/// The tensor that says how bitsandbytes quantized a weight; null when none does.
const LayerPart* four_bit_state(const LayerSources& sources, const std::string& weight);
/// bitsandbytes' LLM.int8: MODULE.weight, .SCB.
StoredLayer int8_layer(const LayerSources& sources, const std::string& module, const LayerPart& weight);

}  // namespace nibble
