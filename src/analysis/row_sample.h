#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/model.h"

/// Which rows of a model an analysis looks at. A sample is decided by the headers alone: the same model and options
/// give the same rows, whoever asks and however many workers there are.
namespace nibble {

struct RowSampleOptions {
  /// A tensor's name, or a regular expression found anywhere in names; empty: every matrix.
  std::string tensors;
  /// About so many weights in all: every tensor gives the same share of its rows, at least one. 0: every row.
  uint64_t weight_count = 0;
  /// Instead of `weights`: about so many of each tensor. 0: `weights` counts.
  uint64_t weights_per_tensor = 0;
  /// Only tensors whose rows are a multiple of this.
  uint32_t row_multiple = 1;
  /// A job ends with the row that reaches this many weights. 0: one job for each tensor.
  uint64_t job_weights = uint64_t{1} << 18;
};

/// Consecutive rows of a tensor, and the bytes that hold them.
struct RowSampleRange {
  uint32_t file;
  uint64_t offset, bytes;
  uint64_t first_weight, weight_count;
};

/// Rows of one tensor to be looked at together.
struct RowSampleJob {
  uint32_t tensor;
  uint64_t position;  ///< weights of the sample in the jobs before
  uint64_t weight_count, bytes;
  std::vector<RowSampleRange> ranges;
};

struct RowSample {
  std::vector<RowSampleJob> jobs;     ///< in tensor order
  std::vector<std::string> left_out;  ///< matrices that match, but whose rows or types do not suit
  uint64_t tensors = 0;
  uint64_t weight_count = 0;  ///< in the sample
  uint64_t of_weights = 0;    ///< in the tensors it is taken from
};

/// Takes rows of every matrix that holds weights, in the order of RowOrder (measure/sample.h). `model` is complete.
/// Throws Error when no tensor matches or the pattern is no regular expression.
RowSample make_row_sample(const Model& model, const RowSampleOptions& options);

/// Appends weights that follow one another in the tensor, wherever they lie in the files; to the last range where they
/// continue it.
void append_weights(const ModelTensor& tensor, uint64_t first, uint64_t count, RowSampleJob& job);

/// The JSON forms: RowSampleOptions and RowSample of web/src/wasm/types.
RowSampleOptions parse_row_sample_options(const std::string& json);
std::string row_sample_json(const RowSample& sample, const Model& model);

}  // namespace nibble
