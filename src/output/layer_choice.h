#pragma once
#include <string>

#include "json/json.h"
#include "model/model.h"
#include "plan/options.h"

/// Which tensors of a model become quantized layers of a safetensors file, and why the others do not.
namespace nibble {

/// What becomes of one tensor.
struct LayerFate {
  std::string reason;     ///< why it is copied, sentences; empty when it is packed
  bool left_out = false;  ///< copied although loaders expect a layer of this kind to be quantized
};

class LayerChoice {
 public:
  /// Throws Error when the model cannot become safetensors at all: it is quantized already, its matrices are
  /// transposed.
  LayerChoice(const Model& model, const PlanOptions& options);

  /// `name` is the tensor's in Model::tensors(), where it is among them; otherwise empty.
  LayerFate fate_of(const StoredTensor& tensor, std::string_view name) const;
  /// The model's config.json; null when there is none, or no object in it.
  const Json& config() const { return config_; }

 private:
  const PlanOptions& options_;
  Json config_;
};

}  // namespace nibble
