#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "container/importance_reader.h"
#include "gguf_builder.h"
#include "model/model.h"
#include "plan/plan.h"

namespace nibble {

/// A model of these files, offered in this order under the names "0.gguf", "1.gguf", ...
inline Model model_of(const std::vector<GgufBuilder>& files) {
  Model model;
  for (size_t i = 0; i < files.size(); ++i) {
    const auto bytes = files[i].build();
    EXPECT_EQ(model.offer(i, std::to_string(i) + ".gguf", bytes.size(), 0, bytes).bytes, 0u);
  }
  model.complete();
  return model;
}

/// An importance matrix read from the bytes of its file.
inline ImportanceFile importance_of(const std::string& path, const std::vector<uint8_t>& file) {
  ImportanceReader reader(file.size());
  while (reader.wanted().bytes > 0) {
    const auto [offset, bytes] = reader.wanted();
    reader.offer(std::span(file).subspan(offset, bytes));
  }
  return {path, reader.take()};
}

/// A plan's own arithmetic: jobs cover every tensor and the whole output, in order and without gaps.
inline void expect_contiguous(const Plan& plan, const Model& model) {
  std::vector<uint64_t> end;
  uint64_t total = 0;
  for (const OutputFile& file : plan.files) {
    EXPECT_EQ(file.header.size(), file.header_bytes);
    EXPECT_EQ(file.header_bytes % 32, 0u);
    end.push_back(file.header_bytes);
    total += file.bytes;
  }
  EXPECT_EQ(total, plan.output_bytes);
  std::vector<uint64_t> done(plan.tensors.size(), 0);
  for (const Job& job : plan.jobs) {
    const PlannedTensor& tensor = plan.tensors[job.tensor];
    const ModelTensor& source = model.tensors()[tensor.source];
    const Format &from = format_of(tensor.from), &to = format_of(tensor.to);
    EXPECT_EQ(job.first_weight, done[job.tensor]);
    done[job.tensor] += job.weight_count;
    EXPECT_EQ(job.weight_count % from.block_length, 0u);
    EXPECT_EQ(job.weight_count % to.block_length, 0u);
    EXPECT_EQ(job.input_bytes, from.bytes_for(job.weight_count));
    EXPECT_EQ(job.output_bytes, to.bytes_for(job.weight_count));
    const uint64_t slice = source.slice_weights(), start = job.first_weight % slice;
    EXPECT_LE(start + job.weight_count, slice) << "a job stays inside its slice";
    EXPECT_EQ(job.input_file, source.slices[job.first_weight / slice].file);
    EXPECT_EQ(job.input_offset, source.slices[job.first_weight / slice].offset + from.bytes_for(start));
    const uint64_t head = source.transform.head_rows * source.row_length();
    EXPECT_TRUE(head == 0 || (job.first_weight % head == 0 && job.weight_count % head == 0)) << "whole heads";
    EXPECT_EQ(job.output_file, tensor.file);
    EXPECT_EQ(job.output_offset, end[job.output_file]);
    end[job.output_file] += job.output_bytes + job.padding;
    const uint64_t row = source.row_length();
    const bool whole_rows = job.first_weight % row == 0 && job.weight_count % row == 0;
    EXPECT_TRUE(whole_rows || job.first_weight % row + job.weight_count <= row) << "part of one row, or whole rows";
  }
  for (size_t i = 0; i < end.size(); ++i) EXPECT_EQ(end[i], plan.files[i].bytes);
  for (size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i], model.tensors()[plan.tensors[i].source].weight_count);
}

}  // namespace nibble
