#include "plan/jobs.h"

#include <algorithm>
#include <numeric>

#include "container/gguf_writer.h"
#include "derived/derived_reader.h"
#include "error.h"

namespace nibble {
namespace {

/// A list longer than this is no use to anyone: with jobs of 4 MiB, 4 TiB of weights.
constexpr size_t max_jobs = size_t{1} << 20;

/// What a worker takes before its first job: the engine, the module's code and stack. 12 to 14 MiB were measured under
/// Node; some formats add a table of a few hundred kB.
constexpr uint64_t idle_worker_bytes = uint64_t{16} << 20;
/// A conversion decodes a bounded run of weights at a time into floats, and again to measure the error.
constexpr uint64_t conversion_scratch_bytes = uint64_t{1} << 20;
/// A worker reads one job while it works on another, and the one at work is in the module's memory as well.
constexpr uint64_t copies_of_a_job = 3;

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit; }

class Cutter {
 public:
  Cutter(std::vector<Job>& jobs, const ModelTensor& source, const PlannedTensor& tensor, uint32_t index)
      : jobs_(jobs),
        source_(source),
        tensor_(tensor),
        index_(index),
        from_(format_of(tensor.from)),
        to_(format_of(tensor.to)) {}

  void cut(const JobLimits& limits) {
    const uint64_t row = source_.row_length();
    const uint64_t head_rows = source_.transform.head_rows;
    if (from_.bytes_for(row) > limits.job_bytes && !limits.whole_rows && head_rows == 0) {
      for (uint64_t first = 0; first < source_.weight_count; first += row) cut_row(first, row, limits.job_bytes);
      return;
    }
    const uint64_t slice = source_.slice_weights();
    // Slices and matrices of a stack are multiples of one another.
    const uint64_t stretch =
        limits.whole_slices && source_.shape.size() > 2 ? std::gcd(slice, row * source_.shape[1]) : slice;
    const uint64_t unit = row * std::max<uint64_t>(1, head_rows);
    const uint64_t run = unit * std::max<uint64_t>(1, limits.job_bytes / from_.bytes_for(unit));
    for (uint64_t start = 0; start < source_.weight_count; start += stretch) {
      for (uint64_t first = 0; first < stretch; first += run) add(start + first, std::min(run, stretch - first));
    }
  }

 private:
  /// Cuts one row into pieces of nearly equal length, each a whole number of blocks of both types.
  void cut_row(uint64_t first, uint64_t row, uint64_t job_bytes) {
    const uint64_t unit = std::lcm(from_.block_length, to_.block_length);
    const uint64_t units = row / unit;
    const uint64_t most = std::max<uint64_t>(1, job_bytes / from_.bytes_for(unit));
    const uint64_t pieces = rounded_up(units, most);
    for (uint64_t piece = 0, done = 0; piece < pieces; ++piece) {
      const uint64_t length = rounded_up(units - done, pieces - piece);
      add(first + done * unit, length * unit);
      done += length;
    }
  }

  void add(uint64_t first_weight, uint64_t weight_count) {
    if (jobs_.size() >= max_jobs) {
      throw Error("The model would take more than " + std::to_string(max_jobs) +
                  " jobs. Choose larger jobs (option \"jobBytes\").");
    }
    Job job{};
    job.tensor = index_;
    const TensorSlice& slice = source_.slices[first_weight / source_.slice_weights()];
    job.input_file = slice.file;
    job.input_offset = slice.offset + from_.bytes_for(first_weight % source_.slice_weights());
    job.input_bytes = from_.bytes_for(weight_count);
    job.output_file = tensor_.file;
    job.output_offset = tensor_.offset + to_.bytes_for(first_weight);
    job.output_bytes = to_.bytes_for(weight_count);
    if (first_weight + weight_count == source_.weight_count) {
      job.padding = static_cast<uint32_t>(padded_bytes(tensor_.output_bytes) - tensor_.output_bytes);
    }
    job.first_weight = first_weight;
    job.weight_count = weight_count;
    jobs_.push_back(job);
  }

  std::vector<Job>& jobs_;
  const ModelTensor& source_;
  const PlannedTensor& tensor_;
  uint32_t index_;
  const Format& from_;
  const Format& to_;
};

}  // namespace

void append_jobs(std::vector<Job>& jobs, const ModelTensor& source, const PlannedTensor& tensor, uint32_t index,
                 const JobLimits& limits) {
  if (source.weight_count > 0) Cutter(jobs, source, tensor, index).cut(limits);
}

uint64_t worker_bytes(const std::vector<Job>& jobs, bool derives) {
  uint64_t largest = 0;
  for (const Job& job : jobs) largest = std::max(largest, job.input_bytes + job.output_bytes + job.padding);
  return idle_worker_bytes + copies_of_a_job * largest + conversion_scratch_bytes +
         (derives ? DerivedReader::scratch_bytes : 0);
}

}  // namespace nibble
