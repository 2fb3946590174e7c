// What the headers in src/formats say about their values: the worked examples, and the intervals beyond which weights
// are clipped, recomputed from the values that blocks with the same scales and any codes decode to.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/kernel_inputs.h"
#include "formats/format.h"
#include "numeric/half.h"

namespace nibble {
namespace {

/// The bytes of a block that hold codes, all others holding scales.
struct CodeBytes {
  const char* name;
  int begin, end;
};
constexpr CodeBytes code_bytes[] = {
    {"q4_0", 2, 18},    {"q4_1", 4, 20},   {"q5_0", 2, 22},  {"q5_1", 4, 24},   {"q2_K", 16, 80}, {"q3_K", 0, 96},
    {"q4_K", 16, 144},  {"q5_K", 16, 176}, {"q6_K", 0, 192}, {"iq4_nl", 2, 18}, {"tq1_0", 0, 52}, {"tq2_0", 0, 64},
    {"iq4_xs", 8, 136}, {"q1_0", 2, 18},   {"q2_0", 2, 18},  {"mxfp4", 1, 17},  {"nvfp4", 4, 36},
};

uint8_t random_codes(testing::Random& random, std::string_view name) {
  const uint32_t bits = random.bits();
  // No quantizer writes the fourth code of TQ2_0.
  return static_cast<uint8_t>(name == "tq2_0" ? (bits & 0xAA) | (bits & 0x55 & ~(bits >> 1)) : bits);
}

/// The interval widened by half of the outermost steps.
void expect_range_of(const std::set<float>& values, float low, float high, const std::string& where) {
  const double first = *values.begin(), second = *std::next(values.begin());
  const double last = *values.rbegin(), before = *std::next(values.rbegin());
  const double tolerance = 1e-5 * (last - first) + 0x1p-21 * std::max(std::fabs(first), std::fabs(last));
  EXPECT_NEAR(low, first - (second - first) / 2, tolerance) << where;
  EXPECT_NEAR(high, last + (last - before) / 2, tolerance) << where;
}

TEST(FormatValues, TheRangeReachesHalfAStepBeyondTheOutermostValues) {
  for (const CodeBytes& codes : code_bytes) {
    const Format* format = find_format(codes.name);
    ASSERT_NE(format, nullptr) << codes.name;
    ASSERT_NE(format->range, nullptr) << codes.name;
    const uint32_t runs = format->block_length / format->scale_length;
    testing::Random random(7);
    for (int round = 0; round < 20;) {
      std::vector<uint8_t> block(format->block_bytes);
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
      if (!format->valid(block.data())) continue;
      ++round;
      std::vector<float> low(runs), high(runs), values(format->block_length);
      format->range(block.data(), low.data(), high.data());
      std::vector<std::set<float>> met(runs);
      for (int filling = 0; filling < 100; ++filling) {
        for (int at = codes.begin; at < codes.end; ++at) block[at] = random_codes(random, codes.name);
        format->decode(block.data(), values.data());
        for (uint32_t i = 0; i < format->block_length; ++i) met[i / format->scale_length].insert(values[i]);
      }
      for (uint32_t r = 0; r < runs; ++r) {
        // A scale of zero leaves one value; one that overflows leaves none.
        if (met[r].size() < 2 || !std::isfinite(*met[r].begin()) || !std::isfinite(*met[r].rbegin())) continue;
        expect_range_of(met[r], low[r], high[r], std::string(codes.name) + ", run " + std::to_string(r));
      }
    }
  }
}

struct Byte {
  int at, value;
};
struct Example {
  const char* name;
  std::vector<Byte> bytes;  ///< all others are zero
  std::vector<std::pair<int, float>> values;
};

constexpr int half_0_5_high = 0x38, half_0_25_high = 0x34;  // the low bytes are zero

TEST(FormatValues, TheExamplesInTheHeadersAreTrue) {
  const Example examples[] = {
      {"q4_0", {{1, half_0_5_high}, {2, 0x8C}}, {{0, 2.0f}, {16, 0.0f}}},
      {"q2_K", {{0, 0x21}, {16, 0xE4}, {81, half_0_5_high}, {83, half_0_25_high}}, {{0, -0.5f}, {1, -0.5f}}},
      {"q2_K", {{0, 0x21}, {16, 0x03}, {81, half_0_5_high}, {83, half_0_25_high}}, {{0, 1.0f}}},
      {"q3_K", {{96, 0x02}, {104, 0x02}, {109, half_0_5_high}}, {{0, -4.0f}}},
      {"q4_K", {{1, half_0_5_high}, {3, half_0_25_high}, {4, 2}, {8, 4}, {16, 0x0F}}, {{0, 14.0f}, {1, -1.0f}}},
      {"q5_K", {{1, half_0_5_high}, {3, half_0_25_high}, {4, 2}, {8, 4}, {16, 1}, {48, 15}}, {{0, 30.0f}, {1, -1.0f}}},
      {"q6_K", {{209, half_0_5_high}, {192, 0xFE}}, {{0, 32.0f}}},
      {"iq4_nl", {{1, half_0_5_high}, {2, 0x80}}, {{0, -63.5f}, {16, 0.5f}}},
      {"iq4_xs", {{1, half_0_25_high}, {2, 0x02}, {4, 0x02}}, {{0, -63.5f}}},
      {"tq1_0", {{53, half_0_5_high}, {0, 171}}, {{0, 0.5f}, {32, -0.5f}}},
      {"tq2_0", {{65, half_0_5_high}, {0, 0x86}}, {{0, 0.5f}, {32, 0.0f}, {64, -0.5f}}},
      {"q1_0", {{1, half_0_5_high}, {2, 0x01}}, {{0, 0.5f}, {1, -0.5f}, {7, -0.5f}}},
      {"q2_0", {{1, half_0_5_high}, {2, 0xE4}}, {{0, -0.5f}, {1, 0.0f}, {2, 0.5f}, {3, 1.0f}}},
      {"mxfp4", {{0, 127}, {1, 0x97}}, {{0, 6.0f}, {16, -0.5f}}},
      {"nvfp4", {{0, 0x38}, {4, 0x97}}, {{0, 6.0f}, {8, -0.5f}}},
  };
  for (const Example& example : examples) {
    const Format* format = find_format(example.name);
    ASSERT_NE(format, nullptr) << example.name;
    std::vector<uint8_t> block(format->block_bytes);
    for (const Byte& byte : example.bytes) block[byte.at] = static_cast<uint8_t>(byte.value);
    std::vector<float> values(format->block_length);
    format->decode(block.data(), values.data());
    for (const auto& [weight, value] : example.values)
      EXPECT_EQ(values[weight], value) << example.name << ' ' << weight;
  }
}

TEST(FormatValues, InfiniteAndNaNScalesAreNotValid) {
  const std::pair<const char*, int> halves[] = {{"q2_K", 80}, {"q2_K", 82}, {"q3_K", 108}, {"q4_K", 0},   {"q4_K", 2},
                                                {"q5_K", 0},  {"q5_K", 2},  {"q6_K", 208}, {"iq4_nl", 0}, {"iq4_xs", 0},
                                                {"q1_0", 0},  {"q2_0", 0},  {"tq1_0", 52}, {"tq2_0", 64}};
  for (const auto& [name, at] : halves) {
    const Format* format = find_format(name);
    std::vector<uint8_t> block(format->block_bytes);
    EXPECT_TRUE(format->valid(block.data())) << name;
    for (const uint16_t half : {0x7C00, 0xFC00, 0x7E00, 0x7C01}) {
      store(block.data() + at, half);
      EXPECT_FALSE(format->valid(block.data())) << name;
    }
  }
  std::vector<uint8_t> block(17, 0xFF);
  EXPECT_FALSE(find_format("mxfp4")->valid(block.data()));
  block[0] = 0xFE;
  EXPECT_TRUE(find_format("mxfp4")->valid(block.data()));
}

}  // namespace
}  // namespace nibble
