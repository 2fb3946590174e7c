#include "analysis/number_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/fitted_levels.h"
#include "analysis/level_trials.h"
#include "error.h"
#include "kernel_inputs.h"
#include "numeric/level_sets.h"
#include "reference/level_reference.h"

namespace nibble {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

/// The list of the QLoRA paper's appendix E, as published.
const std::vector<float> published_nf4 = {-1.0f,
                                          -0.6961928009986877f,
                                          -0.5250730514526367f,
                                          -0.39491748809814453f,
                                          -0.28444138169288635f,
                                          -0.18477343022823334f,
                                          -0.09105003625154495f,
                                          0.0f,
                                          0.07958029955625534f,
                                          0.16093020141124725f,
                                          0.24611230194568634f,
                                          0.33791524171829224f,
                                          0.44070982933044434f,
                                          0.5626170039176941f,
                                          0.7229568362236023f,
                                          1.0f};

TEST(LevelSets, AreTheKnownLists) {
  EXPECT_THAT(normal_levels(4), Pointwise(FloatNear(3e-7f), published_nf4));
  std::vector<float> fp4 = float_levels(2, 1);
  for (float& level : fp4) level *= 6 / fp4.back();
  EXPECT_THAT(fp4, ElementsAre(-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6));
  // One exponent bit: equal steps.
  const std::vector<float> fixed = float_levels(1, 2);
  ASSERT_EQ(fixed.size(), 15u);
  for (size_t i = 1; i < fixed.size(); ++i) EXPECT_EQ(fixed[i] - fixed[i - 1], fixed[8]);
  // Two bits: 0.55, its negative, 0 and 1. Three: the halves of [0.1, 1], and 0.055.
  EXPECT_THAT(dynamic_levels(2), Pointwise(FloatNear(1e-7f), std::vector<float>{-0.55f, 0, 0.55f, 1}));
  EXPECT_THAT(dynamic_levels(3),
              Pointwise(FloatNear(1e-7f), std::vector<float>{-0.775f, -0.325f, -0.055f, 0, 0.055f, 0.325f, 0.775f, 1}));
  for (int bits = 2; bits <= 8; ++bits) {
    EXPECT_EQ(dynamic_levels(bits).size(), size_t{1} << bits);
    EXPECT_EQ(normal_levels(bits).size(), size_t{1} << bits);
    for (int exponent = 1; exponent < bits; ++exponent) {
      const std::vector<float> levels = float_levels(exponent, bits - 1 - exponent);
      EXPECT_EQ(levels.size(), (size_t{1} << bits) - 1);
      for (const float level : levels) EXPECT_TRUE(std::isfinite(level));
    }
  }
  EXPECT_THAT(level_presets()[1].levels, ElementsAre(-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6));
  for (const LevelPreset& preset : level_presets())
    EXPECT_TRUE(std::is_sorted(preset.levels.begin(), preset.levels.end()));
}

TEST(LevelSets, KnowTheNormalDistribution) {
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.9677083), 1.8481308, 1e-5);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-11);
}

TEST(LevelHistogram, FindsTheOptimalLevelsOfTheSlowSearch) {
  testing::Random random(4);
  for (const size_t count : {3, 9, 40, 90}) {
    // Values in the middles of buckets, blocks of two: the value and its block's largest magnitude.
    LevelHistogram histogram;
    std::map<double, double> points;
    for (size_t i = 0; i < count; ++i) {
      const float largest = 0.25f * static_cast<float>(1 + random.below(4));
      const float value = (static_cast<float>(random.below(2048)) + 0.5f) / 1024 - 1;
      const float block[] = {value * largest, largest};
      histogram.add(block, 2);
      points[value] += static_cast<double>(largest) * largest;
      points[1] += static_cast<double>(largest) * largest;
    }
    std::vector<reference::Point> sorted;
    for (const auto& [value, weight] : points) sorted.push_back({value, weight});
    const std::vector<int> sizes = {2, 3, 4, 8, 16};
    const auto lists = histogram.optimal_levels(sizes);
    for (size_t i = 0; i < sizes.size(); ++i) {
      const double least = reference::least_clustering_cost(sorted, sizes[i]);
      EXPECT_NEAR(reference::clustering_cost(sorted, lists[i]), least, 1e-6 * least + 1e-9) << count << " " << sizes[i];
      EXPECT_LE(lists[i].size(), static_cast<size_t>(sizes[i]));
    }
  }
}

TEST(LevelHistogram, CutsTheMassIntoEqualParts) {
  LevelHistogram histogram;
  std::vector<float> row;
  for (int i = -1000; i <= 1000; ++i) row.push_back(static_cast<float>(i) / 1000);
  histogram.add(row.data(), row.size());
  const std::vector<float> levels = histogram.quantile_levels(8);
  for (size_t i = 0; i < 8; ++i) EXPECT_NEAR(levels[i], -1 + (2.0 * static_cast<double>(i) + 1) / 8, 2e-3);
  EXPECT_TRUE(LevelHistogram().quantile_levels(4).empty());
  EXPECT_TRUE(LevelHistogram().optimal_levels({4})[0].empty());
  const float zeros[4] = {};
  histogram.add(zeros, 4);
}

std::vector<std::vector<float>> nasty_blocks() {
  std::vector<std::vector<float>> blocks;
  testing::Random random(11);
  for (const auto fill :
       {testing::gauss, testing::ties, testing::zeros, testing::mixed_zeros, testing::subnormals, testing::tiny,
        testing::one_outlier, testing::all_equal, testing::coarse, testing::equal_maxima}) {
    for (const size_t n : {1, 7, 32, 200}) {
      blocks.emplace_back(n);
      fill(random, blocks.back().data(), n);
    }
  }
  return blocks;
}

TEST(LevelScaler, TakesTheNearestLevelAndSearchesOnlyToGain) {
  const std::vector<std::vector<float>> sets = {integer_levels(-7, 7),
                                                integer_levels(-8, 7),
                                                integer_levels(-128, 127),
                                                float_levels(2, 1),
                                                float_levels(7, 0),
                                                dynamic_levels(8),
                                                normal_levels(4),
                                                {-1, 2},
                                                {-1000000, -10, -0.5f, 0.5f, 10, 1000000}};
  for (const auto& levels : sets) {
    const float end = std::max(std::fabs(levels.front()), std::fabs(levels.back()));
    for (const Storage storage : {Storage::f16, Storage::real}) {
      LevelScaler scaler(levels, end, false, storage);
      for (const auto& x : nasty_blocks()) {
        double last = INFINITY, squares = 0;
        for (const float value : x) squares += static_cast<double>(value) * value;
        for (const ScaleSearch search : {ScaleSearch::absmax, ScaleSearch::grid, ScaleSearch::exact}) {
          const float scale = scaler.choose(x.data(), x.size(), search);
          const double error = scaler.error(x.data(), x.size(), scale);
          if (scale != 0 && std::isfinite(1 / scale)) {
            const double slow = reference::nearest_level_error(x, levels, scale);
            EXPECT_NEAR(error, slow, 1e-5 * slow + 1e-70) << levels.size();
          }
          EXPECT_LE(error, last * (1 + 1e-4) + 1e-9 * squares) << name_of(search) << " " << levels.size();
          last = error;
        }
      }
    }
  }
}

TEST(AffineScaling, HitsWhatItCanSayAndGainsBySearching) {
  const std::vector<float> steps = {0.5f, 0.75f, 1, 1.25f, 1.25f, 0.5f};
  EXPECT_EQ(offset_error(steps.data(), steps.size(), 2, ScaleSearch::absmax, Storage::f16), 0);
  const std::vector<float> around = {-0.5f, -0.25f, 0, 0.25f};
  EXPECT_EQ(zero_point_error(around.data(), around.size(), 2, ScaleSearch::absmax, Storage::f16), 0);
  for (const auto& x : nasty_blocks()) {
    for (const int bits : {2, 4, 8}) {
      EXPECT_LE(offset_error(x.data(), x.size(), bits, ScaleSearch::grid, Storage::f16),
                offset_error(x.data(), x.size(), bits, ScaleSearch::absmax, Storage::f16));
      EXPECT_LE(zero_point_error(x.data(), x.size(), bits, ScaleSearch::grid, Storage::f16),
                zero_point_error(x.data(), x.size(), bits, ScaleSearch::absmax, Storage::f16));
    }
  }
}

json report_of(const std::vector<float>& values, uint64_t row, const std::string& options,
               const std::vector<std::string>& requests) {
  NumberFormatStudy study(parse_number_format_options(options));
  NumberFormatSummary summary;
  std::vector<uint8_t> result;
  for (const std::string& request : requests) {
    study.run(
        {reinterpret_cast<const uint8_t*>(values.data()), "f32", row, values.size(), 0, {{0, values.size()}}, request},
        result);
    summary.merge(result.data(), result.size());
  }
  return json::parse(summary.report());
}

const json* find_point(const json& report, const std::string& family, const std::string& detail, int bits, int block) {
  for (const json& point : report["points"]) {
    if (point["family"] == family && point["detail"] == detail && point["bits"] == bits && point["block"] == block)
      return &point;
  }
  return nullptr;
}

TEST(NumberFormats, CountBitsAndErrorsAndMarkTheFrontier) {
  testing::Random random(8);
  std::vector<float> values(64 * 512);
  testing::gauss(random, values.data(), values.size());
  const json report = report_of(
      values, 512, "{}", {R"({"block":32,"search":"absmax"})", R"({"block":0,"search":"absmax"})", R"({"gguf":true})"});
  double squares = 0, error = 0;
  for (const float x : values) squares += static_cast<double>(x) * x;
  for (size_t at = 0; at < values.size(); at += 32) {
    const std::vector<float> block(values.begin() + static_cast<long>(at), values.begin() + static_cast<long>(at + 32));
    float largest = 0;
    for (const float x : block) largest = std::max(largest, std::fabs(x));
    error +=
        reference::nearest_level_error(block, integer_levels(-7, 7), nearest_stored_scale(largest / 7, Storage::f16));
  }
  const json* symmetric = find_point(report, "symmetric", "", 4, 32);
  ASSERT_NE(symmetric, nullptr);
  EXPECT_NEAR((*symmetric)["relativeError"].get<double>(), std::sqrt(error / squares), 1e-6);
  EXPECT_DOUBLE_EQ((*symmetric)["bitsPerWeight"].get<double>(), 4.5);
  EXPECT_DOUBLE_EQ((*find_point(report, "offset", "", 4, 32))["bitsPerWeight"].get<double>(), 5);
  EXPECT_DOUBLE_EQ((*find_point(report, "zero-point", "", 4, 32))["bitsPerWeight"].get<double>(), 4 + 20.0 / 32);
  EXPECT_DOUBLE_EQ((*find_point(report, "normal", "", 3, 0))["bitsPerWeight"].get<double>(), 3 + 16.0 / 512);
  EXPECT_DOUBLE_EQ((*find_point(report, "optimal", "", 4, 0))["bitsPerWeight"].get<double>(),
                   4 + 16.0 / 512 + 256.0 / values.size());
  EXPECT_NE(find_point(report, "float", "e2m1", 4, 32), nullptr);
  EXPECT_EQ(find_point(report, "float", "e1m2", 4, 32), nullptr);
  EXPECT_NE(find_point(report, "gguf", "q4_0", 0, 32), nullptr);
  EXPECT_NE(find_point(report, "gguf", "q4_K", 0, 256), nullptr);
  // Fitted to these weights, so better than what was made for others.
  EXPECT_LT((*find_point(report, "optimal", "", 4, 32))["relativeError"],
            (*find_point(report, "normal", "", 4, 32))["relativeError"]);
  for (const json& a : report["points"]) {
    bool beaten = false;
    for (const json& b : report["points"]) {
      beaten = beaten || (b["bitsPerWeight"] <= a["bitsPerWeight"] && b["relativeError"] < a["relativeError"]) ||
               (b["bitsPerWeight"] < a["bitsPerWeight"] && b["relativeError"] <= a["relativeError"]);
    }
    if (a["frontier"].get<bool>()) {
      EXPECT_FALSE(beaten) << a;
    }
    if (!beaten && !a["frontier"].get<bool>()) {
      // Only a twin of a point on the frontier.
      bool twin = false;
      for (const json& b : report["points"]) {
        twin = twin || (b["frontier"].get<bool>() && b["bitsPerWeight"] == a["bitsPerWeight"] &&
                        b["relativeError"] == a["relativeError"]);
      }
      EXPECT_TRUE(twin) << a;
    }
  }
}

TEST(NumberFormats, KeepTheWorstTensorAndScaleItToItsSize) {
  const std::vector<float> fine(256, 0.5f), coarse = {0.1f, 0.2f, 0.3f, 0.6f};
  NumberFormatStudy study(parse_number_format_options(R"({"families":["symmetric"],"bits":[4]})"));
  NumberFormatSummary summary;
  std::vector<uint8_t> result;
  const auto look = [&](const std::vector<float>& x, const char* name, double weights) {
    const std::string request =
        json{{"block", 0}, {"search", "absmax"}, {"tensorName", name}, {"tensorWeights", weights}}.dump();
    study.run({reinterpret_cast<const uint8_t*>(x.data()), "f32", x.size(), x.size(), 0, {{0, x.size()}}, request},
              result);
    summary.merge(result.data(), result.size());
  };
  look(fine, "fine", 256);
  look(coarse, "coarse", 400);
  const json report = json::parse(summary.report());
  const json& point = report["points"][0];
  EXPECT_EQ(point["worstTensor"], "coarse");
  const float scale = nearest_stored_scale(0.6f / 7, Storage::f16);
  const double error = reference::nearest_level_error(coarse, integer_levels(-7, 7), scale) * 100;
  EXPECT_NEAR(point["largestTensorError"].get<double>(), error, 1e-6);
  EXPECT_NEAR(point["meanTensorError"].get<double>(), error / 2, 1e-5);
}

TEST(NumberFormats, RefuseWhatMeansNothing) {
  EXPECT_THROW(parse_number_format_options("[]"), Error);
  EXPECT_THROW(parse_number_format_options(R"({"bits":[1]})"), Error);
  EXPECT_THROW(parse_number_format_options(R"({"families":["roman"]})"), Error);
  EXPECT_THROW(parse_number_format_options(R"({"levels":[1]})"), Error);
  EXPECT_THROW(parse_number_format_options(R"({"scaleBits":8})"), Error);
  EXPECT_THROW(scale_search_named("luck"), Error);
}

TEST(LevelTrials, MeasuresListsOnTheSampleItKeeps) {
  testing::Random random(21);
  std::vector<float> values(32 * 128);
  testing::gauss(random, values.data(), values.size());
  LevelTrials bench(
      {reinterpret_cast<const uint8_t*>(values.data()), "f32", 128, values.size(), 0, {{0, values.size()}}, ""});
  json request{{"levels", integer_levels(-7, 7)}, {"block", 32}, {"search", "absmax"}};
  const json figures = json::parse(bench.measure(request.dump()));
  const json report =
      report_of(values, 128, R"({"families":["symmetric"],"bits":[4]})", {R"({"block":32,"search":"absmax"})"});
  EXPECT_DOUBLE_EQ(figures["relativeError"].get<double>(), report["points"][0]["relativeError"].get<double>());
  EXPECT_EQ(figures["bitsPerWeight"], 4.5);
  double shares = 0;
  for (const json& level : figures["levels"]) shares += level["share"].get<double>();
  EXPECT_NEAR(shares, 1, 1e-12);
  request["levels"] = json::parse(bench.optimal(16, 32));
  EXPECT_EQ(request["levels"].size(), 16u);
  EXPECT_LT(json::parse(bench.measure(request.dump()))["relativeError"], figures["relativeError"]);
  double counted = 0;
  for (const json& count : json::parse(bench.histogram(32))) counted += count.get<double>();
  EXPECT_EQ(counted, values.size());
}

}  // namespace
}  // namespace nibble
