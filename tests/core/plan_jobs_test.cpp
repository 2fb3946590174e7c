#include <gtest/gtest.h>

#include <algorithm>

#include "error.h"
#include "plan/jobs.h"
#include "plan_checks.h"

namespace nibble {
namespace {

/// A model of one tensor, far larger than the bytes at hand: only its header exists.
Model one_tensor(const std::vector<uint64_t>& shape, Type type, uint64_t bytes) {
  const auto header = GgufBuilder().tensor("a.weight", shape, static_cast<uint32_t>(type), 0).build();
  Model model;
  EXPECT_EQ(model.offer(0, "a", header.size() + bytes, 0, header).bytes, 0u);
  model.complete();
  return model;
}

std::vector<Job> jobs_of(const ModelTensor& source, Type to, const JobLimits& limits) {
  const PlannedTensor tensor{
      0,  "", source.stored, source.type, to, {}, "", format_of(to).bytes_for(source.weight_count), 0,
      64, {}, llama_cpp};
  std::vector<Job> jobs;
  append_jobs(jobs, source, tensor, 0, limits);
  return jobs;
}

std::vector<Job> jobs_of(const Model& model, Type to, const JobLimits& limits) {
  return jobs_of(model.tensors()[0], to, limits);
}

/// A tensor of F16 in as many slices as there are offsets, each in a file of its own.
ModelTensor sliced(const std::vector<uint64_t>& shape, const std::vector<uint64_t>& offsets, Transform transform = {}) {
  ModelTensor tensor{"a.weight", shape, Type::f16, Type::f16, 1, 0, {}, transform, {}};
  for (const uint64_t size : shape) tensor.weight_count *= size;
  tensor.bytes = 2 * tensor.weight_count;
  for (const uint64_t offset : offsets) tensor.slices.push_back({static_cast<uint32_t>(tensor.slices.size()), offset});
  return tensor;
}

uint64_t largest_input(const std::vector<Job>& jobs) {
  uint64_t largest = 0;
  for (const Job& job : jobs) largest = std::max(largest, job.input_bytes);
  return largest;
}

TEST(PlanJobs, AreBoundedContiguousAndCutAtRowsOrBlocks) {
  for (const uint64_t row : {32, 256, 1024, 40960}) {
    for (const uint64_t job_bytes : {256, 1000, 4096, 65536, 4 << 20}) {
      const Model model = one_tensor({row, 7, 3}, Type::f16, row * 42);
      PlanOptions options = parse_plan_options(R"({"type":"Q8_0"})");
      options.job_bytes = job_bytes;
      const Plan plan = make_plan(model, options);
      expect_contiguous(plan, model);
      EXPECT_LE(largest_input(plan.jobs), job_bytes);
    }
  }
}

TEST(PlanJobs, CutWithinOneRowOfMoreThanFourGigabytes) {
  const uint64_t row = uint64_t{3} << 30;  // 6 GiB of F16
  const Model model = one_tensor({row, 2}, Type::f16, row * 4);
  const Plan plan = make_plan(model, parse_plan_options(R"({"type":"Q4_0"})"));
  expect_contiguous(plan, model);
  EXPECT_LE(largest_input(plan.jobs), uint64_t{4} << 20);
  EXPECT_EQ(plan.jobs.size(), 2u * 1536u);
  EXPECT_GT(plan.jobs.back().input_offset, uint64_t{11} << 30);
  EXPECT_LT(plan.memory.per_worker_bytes, uint64_t{100} << 20);
}

TEST(PlanJobs, PiecesOfARowAreAboutEqual) {
  const Model model = one_tensor({1024 + 256}, Type::f32, 5120);
  const auto jobs = jobs_of(model, Type::q8_0, {4096, false, false});
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].weight_count, 640u);
}

TEST(PlanJobs, WholeRowsStayWholeHoweverLong) {
  const Model model = one_tensor({4096, 3}, Type::f32, 49152);
  const auto jobs = jobs_of(model, Type::q4_0, {1024, true, false});
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[1].weight_count, 4096u);
}

TEST(PlanJobs, WholeSlicesAreNotStraddled) {
  const Model model = one_tensor({32, 3, 4}, Type::f32, 1536);
  const auto jobs = jobs_of(model, Type::q4_0, {256, false, true});  // two rows at a time, three in a slice
  ASSERT_EQ(jobs.size(), 8u);
  for (const Job& job : jobs) EXPECT_EQ(job.first_weight / 96, (job.first_weight + job.weight_count - 1) / 96);
  EXPECT_EQ(jobs_of(model, Type::q4_0, {256, false, false}).size(), 6u);
}

TEST(PlanJobs, StayInsideTheSlicesOfATensor) {
  const auto jobs = jobs_of(sliced({32, 3, 4}, {1000, 2000, 3000, 4000}), Type::q4_0, {128, false, false});
  ASSERT_EQ(jobs.size(), 8u) << "two rows and one row of each slice";
  for (size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(jobs[i].input_file, i / 2);
    EXPECT_EQ(jobs[i].input_offset, 1000 * (i / 2 + 1) + i % 2 * 128);
    EXPECT_EQ(jobs[i].first_weight, i / 2 * 96 + i % 2 * 64);
  }
  EXPECT_EQ(jobs_of(sliced({32, 6, 2}, {0, 0, 0, 0}), Type::q4_0, {1 << 20, false, true}).size(), 4u);
  EXPECT_EQ(jobs_of(sliced({32, 3, 4}, {0, 0}), Type::q4_0, {1 << 20, false, true}).size(), 4u);
}

TEST(PlanJobs, HoldWholeHeadsHoweverLarge) {
  const auto rows = jobs_of(sliced({32, 24}, {0}, {4, 0}), Type::q8_0, {600, false, false});
  ASSERT_EQ(rows.size(), 3u) << "two heads of four rows of 64 bytes at a time";
  EXPECT_EQ(rows[1].first_weight, 256u);
  EXPECT_EQ(jobs_of(sliced({32, 24}, {0}, {12, 0}), Type::q8_0, {64, false, false}).size(), 2u);
  const auto bias = jobs_of(sliced({24}, {0}, {6, 0}), Type::f32, {8, false, false});
  ASSERT_EQ(bias.size(), 4u);
  EXPECT_EQ(bias[3].input_offset, 36u);
}

TEST(WeightPlace, FollowsHeadsAndSlices) {
  const ModelTensor plain = sliced({32, 3, 4}, {1000, 2000, 3000, 4000});
  const WeightPlace whole = place_of(plain, 96, 300);
  EXPECT_EQ(whole.file, 1u);
  EXPECT_EQ(whole.offset, 2000u);
  EXPECT_EQ(whole.weight_count, 96u);
  const ModelTensor heads = sliced({32, 8}, {1000}, {4, 0});
  const uint64_t from_row[] = {0, 2, 1, 3, 4, 6, 5, 7};
  for (uint64_t row = 0; row < 8; ++row) {
    const WeightPlace place = place_of(heads, row * 32 + 2, 64);
    EXPECT_EQ(place.offset, 1000 + from_row[row] * 64 + 4) << row;
    EXPECT_EQ(place.weight_count, 30u);
  }
}

TEST(PlanJobs, AbsurdlyManyAreRefused) {
  const Model model = one_tensor({256, uint64_t{1} << 22}, Type::f16, uint64_t{1} << 31);
  EXPECT_THROW(jobs_of(model, Type::q8_0, {256, false, false}), Error);
}

}  // namespace
}  // namespace nibble
