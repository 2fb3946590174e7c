#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "codec/converter.h"
#include "error.h"
#include "stats/error_meter.h"

namespace nibble {
namespace {

std::vector<float> normal_weights(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, 0.05f);
  std::vector<float> weights(count);
  for (float& weight : weights) weight = normal(random);
  weights[count / 3] = 0.9f;
  return weights;
}

/// Converts rows of F32 and hands out what was written beside the figures.
struct Converted {
  std::vector<float> weights, decoded;
  std::vector<uint8_t> target;
  ConversionStatistics figures;
};

Converted convert(const char* type, size_t count, Kernel kernel = best_kernel()) {
  Converted all;
  all.weights = normal_weights(count, 7);
  const Format& format = *find_format(type);
  all.target.resize(format.bytes_for(count));
  Converter converter("f32", type, "llama.cpp", kernel);
  converter.convert(reinterpret_cast<const uint8_t*>(all.weights.data()), all.target.data(), {count, 0, count},
                    nullptr);
  all.figures = converter.figures();
  all.decoded.resize(count);
  for (size_t b = 0; b < count / format.block_length; ++b) {
    format.decode(all.target.data() + b * format.block_bytes, all.decoded.data() + b * format.block_length);
  }
  return all;
}

TEST(SignedHistogram, CountsEachSideInBothHistograms) {
  const Converted all = convert("q4_0", 8192);
  uint64_t above = 0, below = 0, without = 0;
  std::map<int64_t, uint64_t> steps;
  const ErrorStatistics::LinearHistogram linear = all.figures.errors.linear_histogram();
  for (size_t i = 0; i < all.weights.size(); ++i) {
    const float d = all.weights[i] - all.decoded[i];
    above += d < 0;
    below += d > 0;
    without += d == 0;
    if (d == 0) continue;
    const int64_t step = static_cast<int64_t>(std::fabs(static_cast<double>(d)) / linear.width);
    ++steps[d < 0 ? step : -1 - step];
  }
  uint64_t got_above = 0, got = 0;
  for (const ErrorStatistics::Bucket& bucket : all.figures.errors.histogram(8)) {
    if (bucket.from == 0) continue;
    got_above += bucket.above;
    got += bucket.count;
  }
  EXPECT_EQ(got_above, above);
  EXPECT_EQ(got - got_above, below);
  EXPECT_GT(linear.above.size(), 32u);
  EXPECT_LE(linear.above.size(), 64u);
  for (size_t i = 0; i < linear.above.size(); ++i) {
    EXPECT_EQ(linear.above[i], steps[static_cast<int64_t>(i)]) << i;
    EXPECT_EQ(linear.below[i], steps[-1 - static_cast<int64_t>(i)]) << i;
  }
  EXPECT_EQ(above + below + without, all.weights.size());
}

TEST(SignedHistogram, HasNoStepsWithoutErrorAndOneSideForOneError) {
  ErrorMeter meter;
  ErrorStatistics statistics;
  const float same[4] = {1, 2, 3, 4}, more[4] = {1, 2, 3, 4.5f};
  meter.add(same, same, 4);
  meter.finish(statistics);
  EXPECT_TRUE(statistics.linear_histogram().above.empty());
  meter.add(same, more, 4);
  meter.finish(statistics);
  const ErrorStatistics::LinearHistogram linear = statistics.linear_histogram();
  EXPECT_EQ(linear.above.back(), 1u);
  EXPECT_THAT(linear.below, testing::Each(0u));
}

TEST(BlockErrors, FindsTheWorstBlocksAndCountsAll) {
  for (const char* type : {"q4_0", "q4_K", "q8_0"}) {
    SCOPED_TRACE(type);
    const Converted all = convert(type, 32768);
    const size_t length = find_format(type)->block_length;
    std::vector<BlockErrors::Block> expected;
    for (size_t b = 0; b < all.weights.size() / length; ++b) {
      double sum = 0;
      for (size_t i = b * length; i < (b + 1) * length; ++i)
        sum += std::pow(static_cast<double>(all.weights[i] - all.decoded[i]), 2);
      expected.push_back({b, sum});
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.squared_error > b.squared_error; });
    const BlockErrors& blocks = all.figures.blocks;
    EXPECT_EQ(blocks.length(), length);
    EXPECT_EQ(blocks.blocks(), expected.size());
    ASSERT_EQ(blocks.worst().size(), std::min(expected.size(), BlockErrors::worst_count));
    for (size_t i = 0; i < blocks.worst().size(); ++i) {
      EXPECT_EQ(blocks.worst()[i].number, expected[i].number) << i;
      EXPECT_NEAR(blocks.worst()[i].squared_error, expected[i].squared_error, 1e-12 * expected[i].squared_error);
    }
    uint64_t counted = 0;
    for (const BucketGroup& group : blocks.histogram(4)) {
      uint64_t inside = 0;
      for (const BlockErrors::Block& block : expected) {
        const double rmse = static_cast<float>(std::sqrt(block.squared_error / static_cast<double>(length)));
        inside += group.to == 0 ? rmse == 0 : rmse >= group.from && rmse < group.to;
      }
      EXPECT_EQ(group.count, inside);
      counted += group.count;
    }
    EXPECT_EQ(counted, expected.size());
  }
}

/// The error of each block, whatever its length, with and without clip ranges of shorter runs, and where some of the
/// differences are not finite; each kernel by itself.
TEST(BlockErrors, AreMeasuredBlockByBlock) {
  const std::vector<float> weights = normal_weights(768, 11);
  const float huge = std::numeric_limits<float>::infinity();
  for (const Kernel kernel : every_kernel()) {
    for (const size_t length : {16, 24, 32, 64, 96, 128, 256, 384, 768}) {
      for (const size_t scale_length : {size_t{0}, size_t{8}, length / 2, length}) {
        SCOPED_TRACE(std::string(kernel_name(kernel)) + ", blocks of " + std::to_string(length) + ", ranges of " +
                     std::to_string(scale_length));
        std::vector<float> decoded = normal_weights(768, 12);
        decoded[5] = huge;
        decoded[767] = -huge;
        ClipRanges ranges;
        std::vector<float> low, high;
        uint64_t outside = 0;
        if (scale_length > 0) {
          for (size_t run = 0; run < weights.size() / scale_length; ++run) {
            low.push_back(-0.001f * static_cast<float>(run));
            high.push_back(0.002f * static_cast<float>(run));
          }
          for (size_t i = 0; i < weights.size(); ++i)
            outside += weights[i] < low[i / scale_length] || weights[i] > high[i / scale_length];
          ranges = {low.data(), high.data(), scale_length};
        }
        std::vector<double> errors(weights.size() / length, -1.0);
        ErrorMeter meter(kernel);
        meter.add(weights.data(), decoded.data(), weights.size(), nullptr, ranges, errors.data(), length);
        ErrorStatistics figures;
        meter.finish(figures);
        EXPECT_EQ(figures.clipped(), outside);
        EXPECT_EQ(figures.infinities(), 2u);
        for (size_t b = 0; b < errors.size(); ++b) {
          double lanes[4] = {};
          for (size_t i = 0; i < length; ++i) {
            const double d = static_cast<double>(weights[b * length + i] - decoded[b * length + i]);
            lanes[i % 4] += d * d;
          }
          EXPECT_EQ(errors[b], lanes[0] + lanes[1] + lanes[2] + lanes[3]) << b;
        }
      }
    }
  }
}

TEST(BlockErrors, AreTheSameInAnyPiecesAndOrder) {
  // Equal errors everywhere: only the number decides.
  BlockErrors whole;
  whole.add(0, std::vector<double>(64, 2.0), 32);
  BlockErrors pieces;
  for (const size_t first : {40, 0, 20, 60}) {
    BlockErrors piece;
    const size_t count = first == 60 ? 4 : 20;
    piece.add(first, std::vector<double>(count, 2.0), 32);
    std::vector<uint8_t> bytes;
    piece.append_to(bytes);
    SavedReader reader(bytes.data(), bytes.size());
    pieces.merge(BlockErrors::read_from(reader));
    EXPECT_TRUE(reader.at_end());
  }
  std::vector<uint8_t> a, b;
  whole.append_to(a);
  pieces.append_to(b);
  EXPECT_EQ(a, b);
  EXPECT_EQ(whole.worst()[0].number, 0u);
  EXPECT_EQ(whole.worst()[19].number, 19u);
}

TEST(BlockErrors, OfSeveralTensorsHaveNoPlaces) {
  const double error = 1.0;
  BlockErrors one, other, total;
  one.add(0, {&error, 1}, 32);
  other.add(0, {&error, 1}, 64);
  total.merge_tensor(one);
  EXPECT_EQ(total.length(), 32u);
  total.merge_tensor(other);
  EXPECT_EQ(total.length(), 0u);
  EXPECT_EQ(total.blocks(), 2u);
  EXPECT_TRUE(total.worst().empty());
}

/// The codes of a type are counted right when writing a tensor whose codes are known gives those counts: each distinct
/// decoded value of a block with one scale is one code.
TEST(CodeUsage, CountsTheCodesOfEveryTypeThatHasThem) {
  for (const Format& format : all_formats()) {
    if (CodeUsage::bits_of(format.type) == 0) continue;
    SCOPED_TRACE(format.name);
    const size_t count = 4096;
    const Converted all = convert(std::string(format.name).c_str(), count);
    const CodeUsage& codes = all.figures.codes;
    EXPECT_EQ(codes.bits(), CodeUsage::bits_of(format.type));
    ASSERT_EQ(codes.counts().size(), size_t{1} << codes.bits());
    uint64_t total = 0;
    for (const uint64_t times : codes.counts()) total += times;
    EXPECT_EQ(total, count);
    // Within a run that shares one scale, weights with the same code decode alike and others do not: the number of
    // distinct values of a run is the number of its codes.
    for (size_t b = 0; b < count / format.block_length; ++b) {
      CodeUsage block;
      block.add(format.type, all.target.data() + b * format.block_bytes, 1);
      const float* values = all.decoded.data() + b * format.block_length;
      if (format.scale_length == format.block_length) {
        const std::set<float> distinct(values, values + format.block_length);
        size_t used = 0;
        for (const uint64_t times : block.counts()) used += times > 0;
        // +0 and -0 of the 4-bit floats are one value.
        EXPECT_GE(used, distinct.size());
        EXPECT_LE(used, distinct.size() + 1);
      }
    }
    EXPECT_GT(codes.entropy(), 0.0);
    EXPECT_LE(codes.entropy(), codes.bits());
  }
}

TEST(CodeUsage, EntropyIsThatOfTheShares) {
  CodeUsage usage;
  uint8_t block[18] = {};  // q4_0, all codes 0
  usage.add(Type::q4_0, block, 1);
  EXPECT_EQ(usage.entropy(), 0.0);
  for (int j = 0; j < 16; ++j) block[2 + j] = 0x11;
  usage.add(Type::q4_0, block, 1);
  EXPECT_DOUBLE_EQ(usage.entropy(), 1.0);
  CodeUsage other;
  uint8_t bytes[34] = {};
  other.add(Type::q8_0, bytes, 1);
  usage.merge(other);
  EXPECT_EQ(usage.bits(), 0u);
  EXPECT_TRUE(usage.counts().empty());
}

TEST(ConversionStatistics, TravelAndMergeToTheWhole) {
  const size_t count = 8192;
  for (const Kernel kernel : every_kernel()) {
    const Converted all = convert("q6_K", count, kernel);
    Converter converter("f32", "q6_K", "llama.cpp", kernel);
    ConversionStatistics merged;
    for (size_t first = 0; first < count; first += 2048) {
      std::vector<uint8_t> target(all.target.size()), bytes;
      converter.convert(reinterpret_cast<const uint8_t*>(all.weights.data() + first), target.data(),
                        {2048, first, count}, nullptr);
      converter.figures().save(bytes);
      merged.merge(ConversionStatistics::restore(bytes.data(), bytes.size()));
    }
    // The sums differ in their last bits, counts and places do not.
    const auto counted = [](const ConversionStatistics& statistics) {
      const std::string report = conversion_report(statistics);
      return report.substr(report.find("\"zeros\""));
    };
    EXPECT_TRUE(counted(merged) == counted(all.figures));
    EXPECT_NEAR(merged.errors.rmse(), all.figures.errors.rmse(), 1e-12);
  }
}

TEST(ConversionStatistics, DamagedBytesAreRefused) {
  std::vector<uint8_t> bytes;
  convert("q4_0", 1024).figures.save(bytes);
  for (size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_THROW(ConversionStatistics::restore(bytes.data(), size), Error) << size;
  }
}

}  // namespace
}  // namespace nibble
