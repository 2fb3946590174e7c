#pragma once
#include <string>
#include <vector>

#include "core/test_files.h"
#include "measure/row_errors.h"
#include "measure/sample_plan.h"

namespace nibble {

/// A model of tests/data in memory, measured natively as the workers would.
class MeasuredModel {
 public:
  explicit MeasuredModel(const std::string& file) : bytes_(test_file(file)) {
    EXPECT_EQ(model_.offer(0, file, bytes_.size(), 0, bytes_).bytes, 0u);
    model_.complete();
  }

  const Model& model() const { return model_; }

  /// A measurement of nothing yet.
  Measurement begin(const std::vector<Type>& types, const std::string& method = std::string(llama_cpp),
                    SampleSize size = {}) const {
    PlanOptions plan = parse_plan_options("{\"type\": \"Q8_0\"}");
    plan.method = method;
    return make_sample_plan(model_, plan, {types, size}, nullptr).measurement;
  }

  /// Measures the rows that come begin-th to end-th in a tensor's sample.
  void measure(Measurement& measurement, MeasuredTensor& tensor, uint64_t begin, uint64_t end) const {
    const std::vector<double> figures = figures_of(measurement, tensor, begin, end);
    measurement.add(tensor, figures, end - begin);
  }

  /// The pilot of every tensor, then as many rows as it asks for.
  Measurement sampled(const std::vector<Type>& types, SampleSize size = {}) const {
    Measurement measurement = begin(types, std::string(llama_cpp), size);
    for (MeasuredTensor& tensor : measurement.tensors) {
      const uint64_t pilot = size.pilot(tensor.rows);
      measure(measurement, tensor, 0, pilot);
      measure(measurement, tensor, pilot, std::max(pilot, measurement.rows_wanted(tensor)));
    }
    return measurement;
  }

 private:
  std::vector<double> figures_of(const Measurement& measurement, const MeasuredTensor& tensor, uint64_t begin,
                                 uint64_t end) const {
    const ModelTensor* source = nullptr;
    for (const ModelTensor& one : model_.tensors()) {
      if (one.name == tensor.name) source = &one;
    }
    std::vector<std::string> types;
    for (const MeasuredType& type : tensor.types) types.emplace_back(format_of(type.type).name);
    RowErrors errors(format_of(tensor.from).name, types, measurement.method);
    std::vector<double> all;
    for (const SampleJob& job : sample_jobs(*source, begin, end, uint64_t{1} << 20)) {
      for (const RowRange& range : job.ranges) {
        all.resize(all.size() + range.rows * errors.figures());
        errors.run(bytes_.data() + range.offset, range.rows, tensor.row_length(), range.first_row, nullptr,
                   all.data() + all.size() - range.rows * errors.figures());
      }
    }
    return all;
  }

  std::vector<uint8_t> bytes_;
  Model model_;
};

}  // namespace nibble
