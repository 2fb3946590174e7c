#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "codec/converter.h"
#include "container/gguf.h"
#include "derived/derived_reader.h"
#include "plan/plan.h"

/// Converts a folder in memory, for tests.
namespace nibble {

using Files = std::vector<std::pair<std::string, std::vector<uint8_t>>>;

inline std::vector<uint8_t> read_derived(DerivedReader& reader, const Files& files, uint64_t offset, uint64_t bytes) {
  std::vector<uint8_t> result(bytes);
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t made = reader.plan(offset + done, bytes - done);
    std::vector<uint8_t> input;
    for (const StridedRead& read : reader.reads()) {
      const std::vector<uint8_t>& file = files[read.file].second;
      for (uint64_t i = 0; i < read.count; ++i) {
        const auto start = file.begin() + static_cast<std::ptrdiff_t>(read.offset + i * read.stride);
        EXPECT_LE(read.offset + i * read.stride + read.bytes, file.size());
        input.insert(input.end(), start, start + static_cast<std::ptrdiff_t>(read.bytes));
      }
    }
    EXPECT_EQ(input.size(), reader.input_bytes());
    reader.make(input.data(), result.data() + done);
    done += made;
  }
  return result;
}

struct Output {
  GgufHeader header;
  std::map<std::string, std::vector<uint8_t>> tensors;
  Files files;  ///< whole, by their names in the plan
};

inline Model opened(const Files& files) {
  Model model;
  for (size_t i = 0; i < files.size(); ++i) {
    const auto& [name, bytes] = files[i];
    EXPECT_EQ(model.offer(i, name, bytes.size(), 0, bytes).bytes, 0u);
  }
  model.complete();
  return model;
}

/// What running a plan writes.
inline Output written(const Model& model, const Plan& plan, const Files& files) {
  Output output;
  for (const OutputFile& file : plan.files) output.files.emplace_back(file.suffix, file.header);
  DerivedReader reader(DerivedFile::restore(model.derived().save()), best_kernel());
  for (const Job& job : plan.jobs) {
    const PlannedTensor& planned = plan.tensors[job.tensor];
    const ModelTensor tensor = source_of(model, planned);
    std::vector<uint8_t> input(job.input_bytes);
    if (job.input_file == files.size() + 1) {
      input = read_derived(reader, files, job.input_offset, job.input_bytes);
    } else {
      const std::vector<uint8_t>& file =
          job.input_file == files.size() ? model.computed() : files[job.input_file].second;
      std::memcpy(input.data(), file.data() + job.input_offset, job.input_bytes);
    }
    std::vector<uint8_t> result = input;
    if (tensor.stored != planned.to || !tensor.transform.none()) {
      result.resize(job.output_bytes);
      Converter converter(format_of(tensor.stored).name, format_of(planned.to).name, planned.method);
      converter.convert(
          input.data(), result.data(),
          {job.weight_count, job.first_weight, tensor.row_length(), tensor.transform.head_rows, tensor.transform.add},
          nullptr);
    }
    auto& bytes = output.tensors[planned.name];
    bytes.insert(bytes.end(), result.begin(), result.end());
    result.resize(result.size() + job.padding);
    auto& file = output.files[job.output_file].second;
    EXPECT_EQ(file.size(), job.output_offset) << planned.name;
    file.insert(file.end(), result.begin(), result.end());
  }
  for (size_t i = 0; i < plan.files.size(); ++i) EXPECT_EQ(output.files[i].second.size(), plan.files[i].bytes);
  return output;
}

/// `more`: further options of the plan, after a comma.
inline Output convert(const Files& files, const char* type, const std::string& more = "") {
  const Model model = opened(files);
  EXPECT_NE(model.container(), "safetensors");
  const Plan plan = make_plan(model, parse_plan_options("{\"type\": \"" + std::string(type) + "\"" + more + "}"));
  Output output = written(model, plan, files);
  output.header = *read_gguf(plan.files[0].header, plan.output_bytes).header;
  return output;
}

}  // namespace nibble
