#include "analysis/weight_sample.h"

#include <algorithm>

#include "codec/codec.h"

namespace nibble {
RowSample make_weight_sample(const Model& model, const WeightSampleOptions& options) {
  RowSample sample;
  for (uint32_t index = 0; index < model.tensors().size(); ++index) {
    const ModelTensor& tensor = model.tensors()[index];
    if (tensor.weight_count == 0) continue;
    if (!find_decoder(tensor.stored, best_kernel())) {
      sample.left_out.push_back(tensor.name);
      continue;
    }
    RowSampleJob job{index, sample.weight_count, 0, 0, {}};
    const uint64_t parts = tensor.weight_count / options.run_weights;
    if (parts <= options.runs) {
      append_weights(tensor, 0, tensor.weight_count, job);
    } else {
      for (uint64_t i = 0; i < options.runs; ++i) {
        const uint64_t part = (2 * i + 1) * parts / (2 * options.runs);
        append_weights(tensor, part * options.run_weights, options.run_weights, job);
      }
    }
    sample.weight_count += job.weight_count;
    sample.of_weights += tensor.weight_count;
    ++sample.tensors;
    sample.jobs.push_back(std::move(job));
  }
  return sample;
}

}  // namespace nibble
