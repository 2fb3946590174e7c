#include "lab/feedback_lab.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/kernel_inputs.h"
#include "core/sentence_of.h"
#include "reference/calibration_reference.h"

namespace nibble {
namespace {

using reference::Matrix;

/// Eight columns whose neighbours go together, of different size.
Matrix neighbours(size_t n, float together) {
  Matrix metric(n, std::vector<float>(n));
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < n; ++c) {
      const float apart = static_cast<float>(i > c ? i - c : c - i);
      const float size = (i % 3 == 1 ? 2.0f : 1.0f) * (c % 3 == 1 ? 2.0f : 1.0f);
      metric[i][c] = size * std::pow(together, apart);
    }
  }
  return metric;
}

FeedbackBlock block_of(const std::vector<float>& weights, const Matrix& metric, int bits) {
  FeedbackBlock block{weights, {}, {}};
  for (const auto& row : metric) block.metric.insert(block.metric.end(), row.begin(), row.end());
  for (int level = -(1 << (bits - 1)); level < 1 << (bits - 1); ++level)
    block.levels.push_back(static_cast<float>(level));
  return block;
}

double error_of(const std::vector<double>& row, const std::vector<float>& weights, const Matrix& metric) {
  double sum = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    for (size_t c = 0; c < row.size(); ++c)
      sum += (double{weights[i]} - row[i]) * double{metric[i][c]} * (double{weights[c]} - row[c]);
  }
  return sum;
}

double nearest(const FeedbackBlock& block, double scale, double value) {
  double best = INFINITY, found = 0;
  for (const float level : block.levels) {
    const double off = std::fabs(double{level} * scale - value);
    if (off < best) best = off, found = double{level} * scale;
  }
  return found;
}

std::vector<float> some_weights(size_t n, uint64_t seed) {
  testing::Random random(seed);
  std::vector<float> weights(n);
  for (float& weight : weights) weight = random.gauss();
  return weights;
}

TEST(FeedbackLab, HandsEveryErrorOnAsItIsDefined) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const size_t n = 3 + seed % 10;
    const FeedbackBlock block = block_of(some_weights(n, seed), neighbours(n, 0.9f), 2 + static_cast<int>(seed % 3));
    const Matrix damped = reference::damped(neighbours(n, 0.9f));
    const reference::UnitUpper parts = reference::eliminate(damped);
    for (const Kernel kernel : every_kernel()) {
      const FeedbackReport report = feedback_steps(block, kernel);
      std::vector<double> off(n);
      for (size_t j = 0; j < n; ++j) {
        const FeedbackStep& plain = report.plain.rounding[j];
        EXPECT_EQ(plain.wanted, double{block.weights[j]});
        EXPECT_NEAR(plain.row[j], nearest(block, report.scale, plain.wanted), 1e-6);
        double wanted = double{block.weights[j]};
        for (size_t k = 0; k < j; ++k) wanted += off[k] * double{parts.upper[k][j]};
        const FeedbackStep& step = report.feedback.rounding[j];
        ASSERT_EQ(step.column, j);
        EXPECT_NEAR(step.wanted, wanted, 1e-5);
        EXPECT_NEAR(step.row[j], nearest(block, report.scale, step.wanted), 1e-6);
        EXPECT_NEAR(step.row[j], double{block.levels[step.level]} * report.scale, 1e-6);
        off[j] = double{block.weights[j]} - step.row[j];
        if (j + 1 < n) {
          EXPECT_EQ(step.row[j + 1], report.feedback.rounding[j + 1].wanted);
        }
      }
      const FeedbackStep& last = report.feedback.rounding.back();
      EXPECT_NEAR(last.output_error, error_of(last.row, block.weights, damped), 1e-5);
      double weight_error = 0;
      for (const double one : off) weight_error += one * one;
      EXPECT_NEAR(last.weight_error, weight_error, 1e-5);
    }
  }
}

TEST(FeedbackLab, DescendsUntilNoSingleChangeHelps) {
  int changes = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const FeedbackBlock block = block_of(some_weights(8, seed), neighbours(8, 0.9f), 2);
    const Matrix damped = reference::damped(neighbours(8, 0.9f));
    const FeedbackReport report = feedback_steps(block);
    for (const FeedbackPath* path : {&report.plain, &report.feedback}) {
      double before = path->rounding.back().output_error;
      for (const FeedbackStep& step : path->descent) {
        EXPECT_LT(step.output_error, before);
        before = step.output_error;
        ++changes;
      }
      std::vector<double> row = path->descent.empty() ? path->rounding.back().row : path->descent.back().row;
      EXPECT_NEAR(before, error_of(row, block.weights, damped), 1e-5);
      for (double& value : row) {
        const double kept = value;
        for (const float level : block.levels) {
          value = double{level} * report.scale;
          EXPECT_GT(error_of(row, block.weights, damped), before - 1e-5);
        }
        value = kept;
      }
    }
  }
  EXPECT_GT(changes, 20);
}

/// The row that the page begins with.
TEST(FeedbackLab, AWorseWeightCanBeABetterAnswer) {
  Matrix metric(8, std::vector<float>(8));
  for (size_t i = 0; i < 8; ++i) {
    for (size_t c = 0; c < 8; ++c) metric[i][c] = std::pow(0.95f, static_cast<float>(i > c ? i - c : c - i));
  }
  const std::vector<float> weights{0.28f, 0.9f, -0.85f, 0.52f, -0.2f, 0.46f, 0.88f, -0.56f};
  const FeedbackReport report = feedback_steps(block_of(weights, metric, 2));
  double square = 0;
  for (const float weight : weights) square += double{weight} * double{weight};
  const auto of_weights = [&](const FeedbackStep& step) { return std::sqrt(step.weight_error / square); };
  const auto of_output = [&](const FeedbackStep& step) { return std::sqrt(step.output_error / report.output_square); };
  ASSERT_FALSE(report.feedback.descent.empty());
  const FeedbackStep &plain = report.plain.rounding.back(), &end = report.feedback.descent.back();
  EXPECT_NEAR(of_weights(plain), 0.270, 0.002);
  EXPECT_NEAR(of_output(plain), 0.614, 0.005);
  EXPECT_NEAR(of_weights(end), 0.410, 0.002);
  EXPECT_NEAR(of_output(end), 0.197, 0.005);
}

TEST(FeedbackLab, SaysWhatIsWrong) {
  const auto problem = [](const std::string& json) { return sentence_of([&] { parse_feedback_block(json); }); };
  EXPECT_EQ(problem(R"({"weights":[1],"metric":[1],"levels":[-1,0]})"), "A row of 2 to 16 weights is needed.");
  EXPECT_EQ(problem(R"({"weights":[1,2],"metric":[1],"levels":[-1,0]})"), "H needs a number for each pair of columns.");
  EXPECT_EQ(problem(R"({"weights":[1,2],"metric":[1,2,3,4],"levels":[-1,0]})"), "H is not symmetric.");
  EXPECT_EQ(problem(R"({"weights":[1,2],"metric":[1,0,0,1],"levels":[0,0]})"),
            "2 to 256 levels are needed, each larger than the one before.");
  EXPECT_EQ(problem(R"({"weights":[1e99,2],"metric":[1,0,0,1],"levels":[-1,0]})"),
            "Value 1 of \"weights\" is not a finite number.");
}

TEST(FeedbackLab, TellsOfARowOfZeros) {
  const FeedbackReport report = feedback_steps(block_of({0, 0, 0, 0}, Matrix(4, std::vector<float>(4)), 2));
  EXPECT_EQ(report.scale, 0);
  EXPECT_EQ(report.feedback.rounding.back().output_error, 0);
  EXPECT_TRUE(report.feedback.descent.empty());
}

}  // namespace
}  // namespace nibble
