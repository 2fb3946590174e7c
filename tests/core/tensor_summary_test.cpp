// What is said of a tensor's weights, and which of them are looked at.
#include "analysis/tensor_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "analysis/weight_sample.h"
#include "plan_checks.h"

namespace nibble {
namespace {

TEST(TensorSummary, CountsAsItsDefinitionsSay) {
  std::vector<float> values(1000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = i % 2 ? 1.0f : -1.0f;
  values[10] = 100.0f;
  const TensorSummary summary = summary_of(values.data(), values.size());
  const double rms = std::sqrt((999.0 + 10000.0) / 1000.0);
  EXPECT_DOUBLE_EQ(summary.rms, rms);
  EXPECT_EQ(summary.min, -1.0);
  EXPECT_EQ(summary.max, 100.0);
  EXPECT_EQ(summary.outliers, 1u);
  EXPECT_EQ(summary.histogram[TensorSummary::bars - 1], 1u) << "beyond the reach";
  EXPECT_EQ(std::accumulate(std::begin(summary.histogram), std::end(summary.histogram), uint64_t{0}), 1000u);
  const auto bar = static_cast<size_t>((1 + 4 * rms) / (8 * rms) * TensorSummary::bars);
  EXPECT_EQ(summary.histogram[bar], 500u);
}

TEST(TensorSummary, TakesZerosAndNothing) {
  const float zeros[4] = {};
  EXPECT_EQ(summary_of(zeros, 4).rms, 0.0);
  EXPECT_EQ(summary_of(zeros, 4).outliers, 0u);
  EXPECT_EQ(summary_of(zeros, 0).weight_count, 0u);
}

TEST(TensorSummary, KnowsWeightsTooSmallForHalfFloatScales) {
  const float small[2] = {1e-7f, -2e-7f}, usual[2] = {1e-7f, -2e-5f}, zeros[2] = {};
  EXPECT_TRUE(summary_of(small, 2).tiny());
  EXPECT_FALSE(summary_of(usual, 2).tiny());
  EXPECT_FALSE(summary_of(zeros, 2).tiny());
}

TEST(WeightSample, TakesStretchesInTheMiddlesOfEqualPartsOrAll) {
  const Model model = model_of({GgufBuilder()
                                    .tensor("small", {32}, 0, 128)
                                    .tensor("large", {256, 64}, 0, 65536)
                                    .tensor("whole numbers", {4}, 26, 16)});
  const RowSample sample = make_weight_sample(model, {2, 1024});
  ASSERT_EQ(sample.jobs.size(), 2u);
  EXPECT_EQ(sample.jobs[0].weight_count, 32u);
  ASSERT_EQ(sample.jobs[1].ranges.size(), 2u);
  EXPECT_EQ(sample.jobs[1].ranges[0].first_weight, 4 * 1024u);
  EXPECT_EQ(sample.jobs[1].ranges[1].first_weight, 12 * 1024u);
  EXPECT_EQ(sample.jobs[1].bytes, 8192u);
  EXPECT_EQ(sample.left_out, std::vector<std::string>{"whole numbers"});
}

}  // namespace
}  // namespace nibble
