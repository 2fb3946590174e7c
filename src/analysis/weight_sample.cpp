#include "analysis/weight_sample.h"

#include <algorithm>

#include "codec/codec.h"

namespace nibble {
namespace {

/// Appends weights that follow one another in the tensor, wherever they lie in the files.
void add_run(const ModelTensor& tensor, uint64_t first, uint64_t weights, RowSampleJob& job) {
  const Format& format = format_of(tensor.stored);
  for (uint64_t done = 0; done < weights;) {
    const WeightPlace place = place_of(tensor, first + done, weights - done);
    const uint64_t bytes = format.bytes_for(place.weights);
    job.ranges.push_back({place.file, place.offset, bytes, first + done, place.weights});
    job.bytes += bytes;
    done += place.weights;
  }
  job.weights += weights;
}

}  // namespace

RowSample make_weight_sample(const Model& model, const WeightSampleOptions& options) {
  RowSample sample;
  for (uint32_t index = 0; index < model.tensors().size(); ++index) {
    const ModelTensor& tensor = model.tensors()[index];
    if (tensor.weights == 0) continue;
    if (!find_decoder(tensor.stored, best_kernel)) {
      sample.left_out.push_back(tensor.name);
      continue;
    }
    RowSampleJob job{index, sample.weights, 0, 0, {}};
    const uint64_t parts = tensor.weights / options.run_weights;
    if (parts <= options.runs) {
      add_run(tensor, 0, tensor.weights, job);
    } else {
      for (uint64_t i = 0; i < options.runs; ++i) {
        const uint64_t part = (2 * i + 1) * parts / (2 * options.runs);
        add_run(tensor, part * options.run_weights, options.run_weights, job);
      }
    }
    sample.weights += job.weights;
    sample.of_weights += tensor.weights;
    ++sample.tensors;
    sample.jobs.push_back(std::move(job));
  }
  return sample;
}

}  // namespace nibble
