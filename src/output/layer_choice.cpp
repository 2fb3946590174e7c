#include "output/layer_choice.h"

#include <algorithm>
#include <array>

#include "container/python_json.h"
#include "container/text.h"
#include "error.h"
#include "json/parse.h"
#include "model/quantized_source.h"
#include "packing/packing.h"

namespace nibble {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Json config_of(const Model& model) {
  for (const ModelFile& file : model.files()) {
    if (file.name != "config.json" || !file.contents || file.contents->whole.empty()) continue;
    // Words that only Python's JSON has stay what they are: strings that are made words again when it is written.
    const std::string_view text(reinterpret_cast<const char*>(file.contents->whole.data()),
                                file.contents->whole.size());
    Json config = parse_json_or_null(without_python_numbers(text).value_or(std::string(text)));
    if (config.is_object()) return config;
  }
  return nullptr;
}

/// Families whose layers keep [inputs, outputs], while loaders want quantized ones the other way around.
constexpr std::array<std::string_view, 4> transposed_families = {"gpt2", "openai-gpt", "imagegpt",
                                                                 "decision_transformer"};

/// Layers that loaders look for in full precision, by a part of the name.
constexpr std::array<std::string_view, 6> always_kept = {"embed", "wte.", "wpe.", "lm_head", "norm", "ln_"};
/// Layers that choose experts, by the last part of the module's name: most loaders know no quantized ones.
constexpr std::array<std::string_view, 3> routers = {".gate.weight", ".router.weight", ".shared_expert_gate.weight"};

}  // namespace

LayerChoice::LayerChoice(const Model& model, const PlanOptions& options)
    : options_(options), config_(config_of(model)) {
  const std::string type(options.packing->name());
  for (const DerivedMatrix& matrix : model.derived().matrices) {
    if (matrix.added.empty()) continue;
    throw Error(type +
                " is made from weights as they are stored, so that an adapter cannot be merged on the way. Choose a "
                "GGUF type, or merge it first with merge_and_unload() of PEFT.");
  }
  if (const auto quantized = quantized_source(model.files())) {
    throw Error("The layers of this model are quantized already (" + quantized->method + "): " + quantized->sign +
                ". " + type + " is made from the weights they were made from. Open the model before it was quantized.");
  }
  const Json* model_type = config_.find("model_type");
  const std::string family = model_type && model_type->is_text() ? model_type->text() : "";
  if (std::find(transposed_families.begin(), transposed_families.end(), family) != transposed_families.end()) {
    throw Error("Models of the type " + in_quotes(family) +
                " store their matrices transposed, and loaders expect quantized ones the other way around, which " +
                "Nibble cannot turn. Choose a GGUF type.");
  }
}

LayerFate LayerChoice::fate_of(const StoredTensor& tensor, std::string_view model_name) const {
  const Packing& packing = *options_.packing;
  const std::string_view name = tensor.name;
  if (tensor.type != Type::f32 && tensor.type != Type::f16 && tensor.type != Type::bf16) {
    return {"Its values are " + tensor.dtype + ", not plain floats."};
  }
  if (tensor.shape.size() != 2) return {"It is no matrix."};
  if (name.ends_with("bias")) return {"It is a bias."};
  const bool layer = name.ends_with(".weight");
  // Loaders of a model with a configuration build layers, whose matrices have that name. A file alone is only read.
  if (!layer && config_.is_object()) return {"It is not named as the weight of a layer, which loaders go by."};
  for (const std::string_view part : always_kept) {
    if (contains(name, part)) return {"Embeddings, output heads and norms stay as they are, as loaders expect."};
  }
  for (const std::string_view router : routers) {
    if (name.ends_with(router)) return {"It chooses experts, and most loaders know no quantized layers that do.", true};
  }
  if (std::string reason = reason_against(packing, tensor.shape[1], tensor.shape[0]); !reason.empty()) {
    return {std::move(reason), layer};
  }
  if (packing.family == PackingFamily::gptq && options_.recipe.tiny.contains(model_name)) {
    return {"By a sample its weights are so small that scales in half precision would become zero or nearly so.",
            layer};
  }
  return {};
}

}  // namespace nibble
