#include "measure/grid_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "core/measured_model.h"
#include "measure/on_grids.h"
#include "numeric/half.h"
#include "plan_checks.h"

/// Weights that lie on a type's grid are found, and others are not.
namespace nibble {
namespace {

using ::testing::ElementsAre;

constexpr size_t length = 1024;

/// Rows of a type's blocks with codes and scales of chance, decoded.
class GridRows {
 public:
  explicit GridRows(uint32_t seed) : random_(seed) {}

  std::vector<float> normal() {
    std::normal_distribution<float> weight(0, 0.02f);
    std::vector<float> row(length);
    for (float& one : row) one = weight(random_);
    return row;
  }
  /// -8 .. 7 times a half float, by the definition of Q4_0; with one weight at the end of the range, as its quantizers
  /// leave it.
  std::vector<float> q4_0() {
    std::vector<float> row;
    while (row.size() < length) {
      const float scale = half_scale();
      for (int i = 0; i < 32; ++i) row.push_back(scale * static_cast<float>(i == 5 ? -8 : code(-8, 7)));
    }
    return row;
  }
  std::vector<float> q8_0() {
    std::vector<float> row;
    while (row.size() < length) {
      const float scale = half_scale();
      for (int i = 0; i < 32; ++i) row.push_back(scale * static_cast<float>(i == 5 ? -127 : code(-127, 127)));
    }
    return row;
  }
  /// Levels 0 .5 1 1.5 2 3 4 6 times a power of two.
  std::vector<float> mxfp4() {
    constexpr float levels[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    std::vector<float> row;
    while (row.size() < length) {
      const float scale = std::ldexp(1.0f, code(-12, -5));
      for (int i = 0; i < 32; ++i) {
        row.push_back((i == 3 ? 6 : levels[code(0, 7)]) * scale * (code(0, 1) ? -1.0f : 1.0f));
      }
    }
    return row;
  }
  std::vector<float> ternary() {
    std::vector<float> row;
    while (row.size() < length) {
      const float scale = half_scale();
      for (int i = 0; i < 256; ++i) row.push_back(scale * static_cast<float>(code(-1, 1)));
    }
    return row;
  }

 private:
  int code(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  /// A half float of weights as they are: 11 digits.
  float half_scale() { return std::ldexp(static_cast<float>(code(1024, 2047)), code(-21, -18)); }

  std::mt19937 random_;
};

float as_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

std::vector<float> probed(const std::vector<float>& row, const char* from = "f32", Kernel kernel = best_kernel()) {
  std::vector<double> out(2 * grid_types().size(), -1);
  GridProbe(from, kernel).run(row.data(), row.size(), out.data());
  std::vector<float> shares;
  for (size_t i = 0; i < grid_types().size(); ++i) {
    shares.push_back(static_cast<float>(out[2 * i + 1] > 0 ? out[2 * i] / out[2 * i + 1] : 0));
  }
  return shares;
}

TEST(GridProbe, TypesComeWithTheirBestMethods) {
  EXPECT_THAT(std::vector<Type>(grid_types().begin(), grid_types().end()),
              ElementsAre(Type::tq2_0, Type::mxfp4, Type::q4_0, Type::iq4_nl, Type::q8_0));
  EXPECT_EQ(grid_method(Type::q4_0), "exact");
  EXPECT_EQ(grid_method(Type::tq2_0), "llama.cpp");
}

TEST(GridProbe, FindsEveryBlockOfAGridInSinglePrecision) {
  for (const Kernel kernel : {Kernel::scalar, best_kernel()}) {
    for (uint32_t seed = 0; seed < 8; ++seed) {
      GridRows rows(seed);
      EXPECT_THAT(probed(rows.normal(), "f32", kernel), ElementsAre(0, 0, 0, 0, 0));
      EXPECT_THAT(probed(rows.q4_0(), "f32", kernel), ElementsAre(0, 0, 1, 0, 1));
      EXPECT_THAT(probed(rows.q8_0(), "f32", kernel), ElementsAre(0, 0, 0, 0, 1));
      EXPECT_THAT(probed(rows.mxfp4(), "f32", kernel), ElementsAre(0, 1, 0, 0, 1));
      EXPECT_THAT(probed(rows.ternary(), "f32", kernel), ElementsAre(1, 0, 1, 0, 1));
    }
  }
}

/// The share of Q4_0's blocks that come out bit for bit from rows stored as a type.
double share_of(const char* from, const std::function<float(float)>& stored, bool grid) {
  double sum = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    GridRows rows(seed);
    std::vector<float> row = grid ? rows.q4_0() : rows.normal();
    for (float& weight : row) weight = stored(weight);
    sum += static_cast<double>(probed(row, from)[2]) / 40;
  }
  return sum;
}

TEST(GridProbe, FindsMostBlocksOfAGridInHalfAFloat) {
  const auto f16 = [](float weight) { return f32_from_f16(f16_from_f32(weight)); };
  EXPECT_GT(share_of("f16", f16, true), 2 * least_share_on_grid);
  EXPECT_GT(share_of("bf16", as_bf16, true), 2 * least_share_on_grid);
  EXPECT_EQ(share_of("f16", f16, false), 0);
  EXPECT_EQ(share_of("bf16", as_bf16, false), 0);
}

TEST(GridProbe, CountsWhatHoldsWeightsAndGivesUpOnRowsThatAreNone) {
  GridRows rows(1);
  std::vector<float> row = rows.q4_0();
  std::fill(row.begin(), row.begin() + 320, 0.0f);
  row[900] += 1e-6f;
  std::vector<double> out(2 * grid_types().size());
  GridProbe(std::string_view("f32"), best_kernel()).run(row.data(), row.size(), out.data());
  EXPECT_EQ(out[4], 21);
  EXPECT_EQ(out[5], 22);
  for (int i = 320; i < 320 + 4 * 32; i += 32) row[static_cast<size_t>(i) + 1] += 1e-6f;
  GridProbe(std::string_view("f32"), best_kernel()).run(row.data(), row.size(), out.data());
  EXPECT_EQ(out[4], 0) << "its first blocks are all changed";
  EXPECT_EQ(out[5], 22);
  std::fill(row.begin(), row.end(), 0.0f);
  GridProbe(std::string_view("f32"), best_kernel()).run(row.data(), row.size(), out.data());
  EXPECT_THAT(out, ::testing::Each(0));
  GridProbe(std::string_view("q8_0"), best_kernel()).run(rows.q4_0().data(), length, out.data());
  EXPECT_THAT(out, ::testing::Each(0)) << "quantized already";
  std::vector<float> odd = rows.q4_0();
  GridProbe(std::string_view("f32"), best_kernel()).run(odd.data(), 320, out.data());
  EXPECT_EQ(out[1], 0) << "no whole blocks of TQ2_0";
  EXPECT_EQ(out[5], 10);
}

/// A measurement of tensors of which so many blocks of Q4_0 are kept.
Measurement measured(const std::vector<std::pair<std::string, double>>& tensors) {
  Measurement measurement;
  for (const auto& [name, kept] : tensors) {
    MeasuredTensor tensor;
    tensor.name = name;
    tensor.shape = {256, 4};
    tensor.from = Type::f32;
    for (const Type type : grid_types()) tensor.grids.push_back({type, type == Type::q4_0 ? kept : 0, 100});
    measurement.tensors.push_back(tensor);
  }
  return measurement;
}

TEST(OnGrids, RulesNameTheTensorsAndNoOther) {
  const std::vector<OnGrid> found = on_grids(measured({{"blk.0.ffn_up.weight", 100},
                                                       {"blk.1.ffn_up.weight", 90},
                                                       {"blk.0.ffn_down.weight", 100},
                                                       {"blk.1.ffn_down.weight", 24},
                                                       {"token_embd.weight", 30}}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].type, Type::q4_0);
  EXPECT_EQ(found[0].method, "exact");
  EXPECT_EQ(found[0].kept, 320);
  EXPECT_EQ(found[0].blocks, 400);
  EXPECT_THAT(found[0].tensors,
              ElementsAre("blk.0.ffn_up.weight", "blk.1.ffn_up.weight", "blk.0.ffn_down.weight", "token_embd.weight"));
  std::vector<std::string> patterns;
  for (const TypeRule& rule : found[0].rules) patterns.push_back(rule.pattern);
  EXPECT_THAT(patterns, ElementsAre("^blk\\.0\\.ffn_down\\.weight$", "^blk\\.[0-9]+\\.ffn_up\\.weight$",
                                    "^token_embd\\.weight$"));
  const RuleMatcher matcher(found[0].rules);
  EXPECT_TRUE(matcher.find("blk.0.ffn_down.weight"));
  EXPECT_FALSE(matcher.find("blk.1.ffn_down.weight"));
  EXPECT_TRUE(on_grids(measured({{"a.weight", 24}})).empty());
}

TEST(OnGrids, SmallestTypeCountsAndAMeasurementIsReadBack) {
  Measurement measurement = measured({{"a.weight", 100}});
  measurement.tensors[0].grids.back().kept = 100;
  measurement.tensors[0].weight_count = 1024;
  measurement.tensors[0].rows = 4;
  measurement.version = "x";
  ASSERT_EQ(on_grids(measurement).size(), 1u) << "Q8_0 holds what Q4_0 holds";
  EXPECT_EQ(on_grids(measurement)[0].type, Type::q4_0);
  const std::string json = measurement_json(measurement);
  EXPECT_EQ(measurement_json(parse_measurement(json)), json);
  EXPECT_EQ(on_grids(parse_measurement(json)).size(), 1u);
  measurement.tensors[0].grids.clear();
  EXPECT_TRUE(on_grids(parse_measurement(measurement_json(measurement))).empty());
}

}  // namespace
}  // namespace nibble
