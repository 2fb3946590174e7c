#include "model/stored_layers.h"

#include <algorithm>

#include "container/text.h"
#include "model/layer_parts.h"
#include "model/quantization_settings.h"
#include "model/quantized_layers.h"
#include "model/unknown_model.h"

namespace nibble {
namespace {

/// Scales by row, block or tensor, whoever quantized.
constexpr const char* scale_ends[] = {".weight_scale_inv", ".weight_scale", ".qscale_weight"};

/// How a part of a quantized layer ends that is nothing by itself, and what the name of a layer that it belongs to ends
/// with in its place.
struct PartEnd {
  std::string_view end;
  std::vector<std::string_view> wholes;
};
const PartEnd part_ends[] = {
    {".weight_scale_inv", {".weight"}},
    {".weight_scale", {".weight", ".weight_packed"}},
    {".qscale_weight", {".weight"}},
    {".weight_scale_2", {".weight"}},
    {".weight_global_scale", {".weight_packed"}},
    {".weight_zero_point", {".weight", ".weight_packed"}},
    {".weight_g_idx", {".weight_packed"}},
    {".weight_shape", {".weight", ".weight_packed"}},
    {".activation_scale", {".weight", ".weight_packed"}},
    {".input_scale", {".weight", ".weight_packed"}},
    {".input_zero_point", {".weight", ".weight_packed"}},
    {".input_global_scale", {".weight", ".weight_packed"}},
    {".qscale_act", {".weight", ".weight_packed"}},
    {".output_scale", {".weight", ".weight_packed"}},
    {".qzeros", {".qweight"}},
    {".scales", {".qweight"}},
    {".g_idx", {".qweight"}},
    {"_scales", {"_blocks"}},
    {".SCB", {".weight"}},
    {".weight_format", {".weight"}},
    {".absmax", {""}},
    {".quant_map", {""}},
    {".nested_absmax", {""}},
    {".nested_quant_map", {""}},
    {".quant_state.bitsandbytes__nf4", {""}},
    {".quant_state.bitsandbytes__fp4", {""}},
};
/// Scales of what is computed while a quantized model runs, not of weights.
constexpr std::string_view run_ends[] = {".k_scale", ".v_scale", ".q_scale", ".kv_scale", ".prob_scale"};

class Layers {
 public:
  Layers(std::span<const ModelFile> files, std::span<const uint32_t> weight_files, const HuggingFaceConfig& config)
      : parts_(files, weight_files), settings_(config), sources_{parts_, settings_} {}

  std::vector<StoredLayer> all() {
    constexpr std::string_view readable[] = {"",      "fp8",      "fbgemm_fp8",         "gptq",        "awq",
                                             "mxfp4", "modelopt", "compressed-tensors", "bitsandbytes"};
    if (std::find(std::begin(readable), std::end(readable), settings_.method()) == std::end(readable)) {
      throw UnknownForm("Weights quantized by " + in_quotes(settings_.method()) + " are not read yet.");
    }
    std::vector<StoredLayer> layers;
    for (const LayerPart& part : parts_.all()) {
      if (auto layer = quantized(part)) {
        layers.push_back(*std::move(layer));
      } else if (!is_part(part.name())) {
        layers.push_back(plain(part));
      }
    }
    std::vector<SourceTensor> tensors;
    for (const StoredLayer& layer : layers) {
      if (layer.plain) tensors.push_back(layer.tensor);
    }
    const Type type = auto_type(tensors);
    for (StoredLayer& layer : layers) {
      if (!layer.plain && layer.tensor.type == Type::f32) layer.tensor.type = type;
    }
    return layers;
  }

 private:
  /// The layer that begins with this tensor; nothing when it is plain, or a later part of one.
  std::optional<StoredLayer> quantized(const LayerPart& part) const {
    if (const auto module = without_end(part.name(), ".weight")) return weight(*module, part);
    if (const auto module = without_end(part.name(), ".weight_packed")) {
      return part.is_bytes() ? four_bit_floats(*module, part) : packed_layer(sources_, *module, part);
    }
    if (const auto module = without_end(part.name(), ".qweight")) return words(*module, part);
    const auto blocks = without_end(part.name(), "_blocks");
    if (blocks && parts_.has(*blocks + "_scales")) return mxfp4_layer(sources_, *blocks, part);
    return {};
  }

  /// A tensor that is called as it would be if its weights were plain.
  std::optional<StoredLayer> weight(const std::string& module, const LayerPart& part) const {
    if (const LayerPart* state = four_bit_state(sources_, part.name())) return four_bit_layer(sources_, part, *state);
    const bool small_float = part.tensor->type == Type::f8_e4m3 || part.tensor->type == Type::f8_e5m2;
    if (!small_float && !part.is_bytes()) return {};
    const std::string& method = settings_.method();
    if (method == "bitsandbytes" && part.tensor->dtype == "U8") {
      // The size of the matrix is nowhere else.
      parts_.needed(part.name() + ".quant_state.bitsandbytes__nf4", part.name());
    }
    if (part.is_bytes() && (parts_.has(module + ".SCB") || method == "bitsandbytes")) {
      return int8_layer(sources_, module, part);
    }
    for (const char* end : scale_ends) {
      const LayerPart* scale = parts_.find(module + end);
      if (!scale) continue;
      return part.tensor->dtype == "U8" ? four_bit_floats(module, part) : scaled_layer(sources_, module, part, *scale);
    }
    if (method == "fp8") parts_.needed(module + ".weight_scale_inv", part.name());
    if (method == "compressed-tensors" || method == "modelopt") parts_.needed(module + ".weight_scale", part.name());
    return {};
  }

  /// By what the scales are: exponents, or small floats.
  StoredLayer four_bit_floats(const std::string& module, const LayerPart& part) const {
    const LayerPart* scale = parts_.find(module + ".weight_scale");
    const bool exponents = scale && scale->tensor->dtype == "U8";
    return exponents ? packed_mxfp4_layer(sources_, module, part) : nvfp4_layer(sources_, module, part);
  }

  StoredLayer words(const std::string& module, const LayerPart& part) const {
    const std::string& method = settings_.method();
    if (method == "awq") return awq_layer(sources_, module, part);
    if (method == "gptq" || (method.empty() && parts_.has(module + ".g_idx"))) {
      return gptq_layer(sources_, module, part);
    }
    throw UnknownForm("The weights " + in_quotes(part.name()) + " are quantized in a form that is not read yet (" +
                      (method.empty() ? std::string("config.json does not say which") : method) + ").");
  }

  /// True for a tensor that is a part of a quantized layer and nothing by itself.
  bool is_part(const std::string& name) const {
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    if (!settings_.method().empty() && std::any_of(std::begin(run_ends), std::end(run_ends), ends)) return true;
    for (const auto& [end, wholes] : part_ends) {
      const auto start = without_end(name, end);
      if (!start) continue;
      for (const std::string_view whole : wholes) {
        if (parts_.has(*start + std::string(whole))) return true;
      }
    }
    return false;
  }

  StoredLayer plain(const LayerPart& part) const {
    // llama.cpp's conversion knows no doubles.
    const StoredTensor& tensor = *part.tensor;
    const Type type = tensor.type == Type::f64 ? Type::f32 : gguf_type(tensor.type);
    DerivedMatrix matrix;
    if (tensor.weight_count > 0) {
      matrix.data = matrix_of(part);
      matrix.rows = matrix.data.rows;
      matrix.columns = matrix.data.columns;
    }
    return {{tensor.name, tensor.shape, type}, &tensor, part.file, matrix, ""};
  }

  LayerParts parts_;
  QuantizationSettings settings_;
  LayerSources sources_;
};

}  // namespace

std::vector<StoredLayer> stored_layers(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                                       const HuggingFaceConfig& config) {
  return Layers(files, weight_files, config).all();
}

}  // namespace nibble
