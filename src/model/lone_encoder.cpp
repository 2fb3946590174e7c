#include "model/lone_encoder.h"

#include "json/json.h"

namespace nibble {
namespace {

constexpr std::string_view blocks = "encoder.block.", first_layer = "encoder.block.0.layer.";

/// The file's tensors by their names.
class Tensors {
 public:
  Tensors(std::span<const ModelFile> files, std::span<const uint32_t> weight_files)
      : files_(files), weight_files_(weight_files) {}

  /// Null when there is none.
  const StoredTensor* find(const std::string& name) const {
    for (const uint32_t file : weight_files_) {
      for (const StoredTensor& tensor : files_[file].contents->tensors) {
        if (tensor.name == name) return &tensor;
      }
    }
    return nullptr;
  }
  /// The matrix of that name; null when there is none.
  const StoredTensor* matrix(const std::string& name) const {
    const StoredTensor* found = find(name);
    return found && found->shape.size() == 2 ? found : nullptr;
  }

 private:
  std::span<const ModelFile> files_;
  std::span<const uint32_t> weight_files_;
};

}  // namespace

std::string lone_encoder_config(std::span<const ModelFile> files, std::span<const uint32_t> weight_files) {
  const Tensors tensors(files, weight_files);
  const std::string first(first_layer);
  const StoredTensor *embedding = tensors.matrix("shared.weight"),
                     *queries = tensors.matrix(first + "0.SelfAttention.q.weight"),
                     *distances = tensors.matrix(first + "0.SelfAttention.relative_attention_bias.weight"),
                     *gates = tensors.matrix(first + "1.DenseReluDense.wi_0.weight"),
                     *plain = tensors.matrix(first + "1.DenseReluDense.wi.weight");
  const bool whole = embedding && queries && distances && (gates || plain);
  if (!whole || tensors.find("decoder.block.0.layer.0.layer_norm.weight")) return {};
  uint64_t layers = 0;
  while (tensors.find(std::string(blocks) + std::to_string(layers) + ".layer.0.layer_norm.weight")) ++layers;
  const uint64_t heads = distances->shape[0];
  if (heads == 0) return {};
  const Json config = {{"architectures", Json::list({"T5EncoderModel"})},
                       {"model_type", "t5"},
                       {"d_model", embedding->shape[0]},
                       {"vocab_size", embedding->shape[1]},
                       {"num_layers", layers},
                       {"num_heads", heads},
                       {"d_kv", queries->shape[1] / heads},
                       {"d_ff", (gates ? gates : plain)->shape[1]},
                       {"relative_attention_num_buckets", distances->shape[1]}};
  return config.dump();
}

}  // namespace nibble
