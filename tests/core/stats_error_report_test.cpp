#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "stats/error_meter.h"
#include "stats/error_report.h"

namespace nibble {
namespace {

ErrorStatistics measure(const std::vector<float>& weights, const std::vector<float>& decoded, const float* importance) {
  ErrorMeter meter;
  meter.add(weights.data(), decoded.data(), weights.size(), importance);
  ErrorStatistics statistics;
  meter.finish(statistics);
  return statistics;
}

TEST(ErrorReport, HoldsTheFigures) {
  const std::vector<float> importance = {0, 0, 4, 0};
  const nlohmann::json report =
      nlohmann::json::parse(error_report(measure({1, -2, 3, 0.5f}, {1, -2, 2.5f, 0}, importance.data())));
  EXPECT_EQ(report["count"], 4);
  EXPECT_DOUBLE_EQ(report["rmse"].get<double>(), std::sqrt(0.5 / 4));
  EXPECT_DOUBLE_EQ(report["weightedRmse"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(report["bias"].get<double>(), -0.25);
  EXPECT_DOUBLE_EQ(report["sqnrDb"].get<double>(), 10 * std::log10(14.25 / 0.5));
  EXPECT_EQ(report["maxError"], 0.5);
  EXPECT_EQ(report["median"], 0.0);
  EXPECT_EQ(report["p95"], 0.5);
  EXPECT_EQ(report["zeros"], 1);
  EXPECT_EQ(report["coarseHistogram"].size(), 150u);
  EXPECT_EQ(report["coarseHistogram"][149], 2);
  ASSERT_EQ(report["histogram"].size(), 2u);
  EXPECT_EQ(report["histogram"][0]["count"], 2);
}

TEST(ErrorReport, SaysNullWhereThereIsNoFigure) {
  const nlohmann::json report = nlohmann::json::parse(error_report(measure({1, 2}, {1, 2}, nullptr)));
  EXPECT_TRUE(report["sqnrDb"].is_null());
  EXPECT_TRUE(report["weightedRmse"].is_null());
  EXPECT_EQ(report["rmse"], 0.0);
}

TEST(QuantizeStatsLine, IsThatOfTheTool) {
  const ErrorStatistics statistics = measure({0.5f, 0.25f}, {0.4990234375f, 0.25f}, nullptr);
  EXPECT_EQ(quantize_stats_line("blk.0.attn_q.weight", statistics),
            "blk.0.attn_q.weight                               : rmse 0.00069053, maxerr 0.00097656, 95pct<0.0010, "
            "median<0.0002");
  const std::string long_name(64, 'n');
  EXPECT_EQ(quantize_stats_line(long_name, statistics).substr(0, 70), long_name + ": rmse");
}

}  // namespace
}  // namespace nibble
