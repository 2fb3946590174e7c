#include "codec/converter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "reference/error_reference.h"
#include "sentence_of.h"

namespace nibble {
namespace {

constexpr size_t row_length = 768, rows = 7;

std::vector<float> random_values(size_t count, float spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

/// A tensor of `type` made from values, each row by itself.
std::vector<uint8_t> encode(Type type, const std::vector<float>& values, size_t length, const float* importance,
                            std::string_view method = llama_cpp) {
  const Format& format = format_of(type);
  std::vector<uint8_t> bytes(format.bytes_for(values.size()));
  for (size_t i = 0; i < values.size(); i += length) {
    find_quantizer(type, method, Kernel::scalar)
        ->quantize(values.data() + i, bytes.data() + format.bytes_for(i), length, importance);
  }
  return bytes;
}

std::vector<float> decode(Type type, const std::vector<uint8_t>& bytes) {
  const Format& format = format_of(type);
  std::vector<float> values(bytes.size() / format.block_bytes * format.block_length);
  find_decoder(type, Kernel::scalar)->decode(bytes.data(), values.data(), bytes.size() / format.block_bytes);
  return values;
}

std::vector<float> importance_row(size_t length) {
  std::vector<float> importance = random_values(length, 1.0f, 5);
  for (float& q : importance) q = std::fabs(q) + 0.01f;
  return importance;
}

TEST(Converter, EveryPairOfTypesAgreesWithTheirQuantizersAndDecoders) {
  const std::vector<float> importance = importance_row(row_length);
  const std::vector<float> values = random_values(rows * row_length, 0.05f, 6);
  for (const Format& from : all_formats()) {
    if (from.type != Type::f32 && from.type != Type::f16 && from.type != Type::bf16 && from.type != Type::q8_0)
      continue;
    const std::vector<uint8_t> source = encode(from.type, values, row_length, nullptr);
    const std::vector<float> exact = decode(from.type, source);
    for (const Format& to : all_formats()) {
      if (find_quantizer(to.type, llama_cpp, Kernel::scalar) == nullptr) continue;
      for (const bool weighted : {false, true}) {
        if (!weighted && to.importance == Importance::required) continue;
        const float* q = weighted ? importance.data() : nullptr;
        const std::vector<uint8_t> expected = encode(to.type, exact, row_length, q);
        std::vector<float> q_of_all;
        for (size_t i = 0; weighted && i < exact.size(); ++i) q_of_all.push_back(importance[i % row_length]);
        const reference::ErrorFigures figures = reference::measure(exact, decode(to.type, expected), q_of_all);
        for (const Kernel kernel : every_kernel()) {
          SCOPED_TRACE(std::string(from.name) + " to " + std::string(to.name) + (weighted ? ", weighted, " : ", ") +
                       std::string(kernel_name(kernel)));
          Converter converter(from.name, to.name, llama_cpp, kernel);
          std::vector<uint8_t> target(expected.size() + 1, 0xA5);
          converter.convert(source.data(), target.data(), {exact.size(), 0, row_length}, q);
          EXPECT_EQ(target.back(), 0xA5);
          target.pop_back();
          EXPECT_EQ(target, expected);
          EXPECT_EQ(converter.statistics().count(), exact.size());
          EXPECT_NEAR(converter.statistics().rmse(), figures.rmse, 1e-12 * figures.rmse);
          EXPECT_EQ(converter.statistics().max_error(), figures.max_error);
          if (weighted) {
            EXPECT_NEAR(converter.statistics().weighted_rmse(), figures.weighted_rmse, 1e-12 * figures.weighted_rmse);
          } else {
            EXPECT_TRUE(std::isnan(converter.statistics().weighted_rmse()));
          }
        }
      }
    }
  }
}

TEST(Converter, RunsOfATensorGiveTheBytesOfTheWhole) {
  const std::vector<float> importance = importance_row(row_length);
  const std::vector<float> values = random_values(rows * row_length, 0.05f, 8);
  const std::vector<uint8_t> source = encode(Type::f32, values, row_length, nullptr);
  for (const Format& to : all_formats()) {
    for (const std::string_view method : methods_of(to.type)) {
      for (const bool weighted : {false, true}) {
        if (!weighted && to.importance == Importance::required) continue;
        SCOPED_TRACE(std::string(to.name) + ", " + std::string(method) + (weighted ? ", weighted" : ""));
        const float* q = weighted ? importance.data() : nullptr;
        Converter converter("f32", to.name, method);
        std::vector<uint8_t> target(to.bytes_for(values.size()));
        const size_t step = weighted && codec_of(to.type).weighted_needs_whole_row ? row_length : 256;
        // Runs of one, two, three ... steps: they begin and end in the middle of rows where they may.
        uint64_t measured = 0;
        for (size_t first = 0, steps = 1; first < values.size(); ++steps) {
          const size_t weights = std::min(steps * step, values.size() - first);
          converter.convert(source.data() + 4 * first, target.data() + to.bytes_for(first),
                            {weights, first, row_length}, q);
          measured += converter.statistics().count();
          first += weights;
        }
        EXPECT_EQ(measured, values.size());
        EXPECT_EQ(target, encode(to.type, values, row_length, q, method));
      }
    }
  }
}

/// Of codes that were chosen elsewhere, nothing is left to do but to look at them.
TEST(Converter, ChecksAndMeasuresBlocksThatAreGiven) {
  const std::vector<float> values = random_values(rows * row_length, 0.05f, 8);
  const std::vector<uint8_t> source = encode(Type::f32, values, row_length, nullptr);
  const std::vector<uint8_t> blocks = encode(Type::q4_K, values, row_length, nullptr, "quick");
  const TensorStretch all{values.size(), 0, row_length};
  std::vector<uint8_t> target(blocks.size());
  Converter quick("f32", "q4_K", "quick"), given("f32", "q4_K", calibrated_method);
  quick.convert(source.data(), target.data(), all, nullptr);
  ASSERT_EQ(target, blocks);
  given.convert(source.data(), target.data(), all, nullptr);
  EXPECT_EQ(target, blocks);
  EXPECT_EQ(given.statistics().rmse(), quick.statistics().rmse());
  // Of a type that has no search but llama.cpp's, which needs an importance.
  std::vector<uint8_t> points(values.size() / 256 * 66, 0x31);
  const std::vector<uint8_t> chosen = points;
  Converter given_points("f32", "iq2_xxs", calibrated_method);
  given_points.convert(source.data(), points.data(), all, nullptr);
  EXPECT_EQ(points, chosen);
  target[2 * 144 + 1] = 0x7C;  // an infinite scale
  EXPECT_THAT(sentence_of([&] { given.convert(source.data(), target.data(), all, nullptr); }),
              ::testing::HasSubstr("row 0, column 512"));
}

TEST(Converter, RowsLongerThanATileKeepTheirImportance) {
  constexpr size_t length = 5120;
  const std::vector<float> importance = importance_row(length);
  const std::vector<float> values = random_values(2 * length, 0.05f, 9);
  const std::vector<uint8_t> source = encode(Type::f32, values, length, nullptr);
  for (const Format& to : all_formats()) {
    if (find_quantizer(to.type, llama_cpp, Kernel::scalar) == nullptr) continue;
    Converter converter("f32", to.name, llama_cpp);
    std::vector<uint8_t> target(to.bytes_for(values.size()));
    converter.convert(source.data(), target.data(), {values.size(), 0, length}, importance.data());
    EXPECT_EQ(target, encode(to.type, values, length, importance.data())) << to.name;
  }
}

TEST(Converter, InterleavesTheHalvesOfHeads) {
  constexpr size_t head_rows = 6, heads = 2;
  for (const size_t length : {size_t{1}, size_t{32}, size_t{768}, size_t{4096}}) {
    const std::vector<float> values = random_values(head_rows * heads * length, 0.05f, 12);
    std::vector<float> expected(values.size());
    for (size_t head = 0; head < heads; ++head) {
      for (size_t row = 0; row < head_rows; ++row) {
        const size_t from = row % 2 * (head_rows / 2) + row / 2;
        std::copy_n(values.begin() + (head * head_rows + from) * length, length,
                    expected.begin() + (head * head_rows + row) * length);
      }
    }
    for (const Type from : {Type::f16, Type::bf16, Type::f32}) {
      const Format& format = format_of(from);
      const std::vector<uint8_t> source = encode(from, values, length, nullptr);
      for (const Type to : {from, Type::f32, Type::q8_0}) {
        if (length % format_of(to).block_length != 0) continue;
        const std::vector<float> exact = decode(from, encode(from, expected, length, nullptr));
        Converter converter(format.name, format_of(to).name, llama_cpp);
        std::vector<uint8_t> target(format_of(to).bytes_for(values.size()));
        for (size_t head = 0; head < heads; ++head) {
          const size_t first = head * head_rows * length;
          converter.convert(source.data() + format.bytes_for(first), target.data() + format_of(to).bytes_for(first),
                            {head_rows * length, first, length, head_rows}, nullptr);
        }
        EXPECT_EQ(target, encode(to, exact, length, nullptr)) << format.name << ", rows of " << length;
      }
    }
  }
}

TEST(Converter, AddsBeforeAnythingElse) {
  const std::vector<float> values = random_values(rows * row_length, 0.05f, 13);
  std::vector<float> sums = values;
  for (float& value : sums) value += 1.0f;
  Converter converter("f32", "q8_0", llama_cpp);
  std::vector<uint8_t> target(format_of(Type::q8_0).bytes_for(values.size()));
  converter.convert(reinterpret_cast<const uint8_t*>(values.data()), target.data(),
                    {values.size(), 0, row_length, 0, 1.0f}, nullptr);
  EXPECT_EQ(target, encode(Type::q8_0, sums, row_length, nullptr));
}

TEST(Converter, CountsClippedWeightsAndWeightsThatBecomeZero) {
  std::vector<float> values(32, 0.1f);
  values[0] = -8.0f;  // code 0; the largest code stands for 7
  values[1] = 8.0f;
  Converter converter("f32", "q4_0", llama_cpp);
  std::vector<uint8_t> target(18);
  converter.convert(reinterpret_cast<const uint8_t*>(values.data()), target.data(), {32, 0, 32}, nullptr);
  EXPECT_EQ(converter.statistics().clipped(), 1u);
  EXPECT_EQ(converter.statistics().zeros(), 30u);
}

TEST(Converter, SaysWhichSourceWeightIsNotFinite) {
  std::vector<float> values = random_values(rows * row_length, 0.05f, 10);
  Converter converter("f32", "q4_0", llama_cpp);
  std::vector<uint8_t> target(format_of(Type::q4_0).bytes_for(values.size()));
  const auto run = [&] {
    converter.convert(reinterpret_cast<const uint8_t*>(values.data()), target.data(), {values.size(), 0, row_length},
                      nullptr);
  };
  const float good = values[3 * row_length + 17];
  for (const auto& [bad, word] : {std::pair{std::numeric_limits<float>::quiet_NaN(), "not a number (NaN)"},
                                  std::pair{std::numeric_limits<float>::infinity(), "infinite"},
                                  std::pair{-std::numeric_limits<float>::infinity(), "minus infinity"}}) {
    values[3 * row_length + 17] = bad;
    EXPECT_THAT(sentence_of(run), testing::HasSubstr("row 3, column 17 (both counted from 0) is " + std::string(word)));
  }
  values[3 * row_length + 17] = good;
  EXPECT_EQ(sentence_of(run), "") << "a failed run leaves nothing behind";
  EXPECT_EQ(converter.statistics().count(), values.size());
}

TEST(Converter, SaysWhichSourceBlockIsDamaged) {
  std::vector<uint8_t> source = encode(Type::q4_0, random_values(rows * row_length, 0.05f, 11), row_length, nullptr);
  store<uint16_t>(source.data() + (2 * row_length / 32 + 4) * 18, 0x7C00);
  std::vector<uint8_t> target(2 * rows * row_length);
  Converter converter("q4_0", "f16", llama_cpp);
  EXPECT_THAT(sentence_of([&] {
                converter.convert(source.data(), target.data(), {rows * row_length, 0, row_length}, nullptr);
              }),
              testing::HasSubstr("The q4_0 block at row 2, column 128"));
}

TEST(Converter, SaysWhichResultIsNotFinite) {
  std::vector<float> values(64, 1.0f);
  values[40] = 70000.0f;
  std::vector<uint8_t> target(256);
  const auto sentence = [&](const char* to) {
    Converter converter("f32", to, llama_cpp);
    return sentence_of([&] {
      converter.convert(reinterpret_cast<const uint8_t*>(values.data()), target.data(), {64, 0, 64}, nullptr);
    });
  };
  EXPECT_THAT(sentence("f16"),
              testing::HasSubstr("row 0, column 40 (both counted from 0) is 70000, too large for type f16"));
  EXPECT_EQ(sentence("bf16"), "");
  EXPECT_EQ(sentence("q4_0"), "");
  values[40] = 1e6f;
  EXPECT_THAT(sentence("q4_0"), testing::HasSubstr("row 0, column 32"));
}

TEST(Converter, RefusesWhatCannotBeConverted) {
  const auto sentence = [](const char* from, const char* to, const char* method) {
    return sentence_of([&] { Converter(from, to, method); });
  };
  EXPECT_EQ(sentence("f32", "q9_9", "llama.cpp"), "There is no tensor type \"q9_9\". Choose one such as q4_K or q8_0.");
  EXPECT_THAT(sentence("i32", "q4_0", "llama.cpp"), testing::HasSubstr("i32 can only be copied"));
  EXPECT_THAT(sentence("f32", "q8_K", "llama.cpp"), testing::HasSubstr("not write it"));
  EXPECT_THAT(sentence("f32", "q4_0", "magic"),
              testing::HasSubstr("no method \"magic\" for type q4_0. Choose one of: llama.cpp"));
}

TEST(Converter, RefusesRunsThatCutBlocksOrWeightedRows) {
  const std::vector<float> values(192, 1.0f);
  std::vector<uint8_t> target(1024);
  const auto sentence = [&](const TensorStretch& run, const float* importance) {
    Converter converter("f32", "q4_0", llama_cpp);
    return sentence_of(
        [&] { converter.convert(reinterpret_cast<const uint8_t*>(values.data()), target.data(), run, importance); });
  };
  EXPECT_THAT(sentence({100, 0, 100}, nullptr), testing::HasSubstr("Rows of 100 weights cannot be cut"));
  EXPECT_THAT(sentence({0, 0, 0}, nullptr), testing::HasSubstr("Rows of 0 weights"));
  EXPECT_THAT(sentence({33, 0, 96}, nullptr), testing::HasSubstr("does not begin and end with a block"));
  EXPECT_THAT(sentence({32, 16, 96}, nullptr), testing::HasSubstr("does not begin and end with a block"));
  EXPECT_THAT(sentence({32, 0, 96}, values.data()), testing::HasSubstr("whole rows"));
  EXPECT_THAT(sentence({96, 0, 32, 4}, nullptr), testing::HasSubstr("whole heads"));
  EXPECT_THAT(sentence({96, 0, 32, 3}, nullptr), testing::HasSubstr("whole heads"));
  EXPECT_EQ(sentence({32, 32, 96}, nullptr), "");
  EXPECT_EQ(sentence({192, 0, 96}, values.data()), "");
}

}  // namespace
}  // namespace nibble
