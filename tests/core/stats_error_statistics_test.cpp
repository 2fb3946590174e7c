#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>

#include "error.h"
#include "reference/error_reference.h"
#include "stats/error_meter.h"
#include "stats/error_statistics.h"

namespace nibble {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Weights, what they decode to, an importance each, and a clip range for each 16.
struct Sample {
  std::string name;
  std::vector<float> weights, decoded, importance, low, high;
  static constexpr size_t scale_length = 16;
};

Sample make_sample(const std::string& name, size_t count, float spread, float noise, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Sample sample{name, {}, {}, {}, {}, {}};
  for (size_t i = 0; i < count; ++i) {
    const float x = i % 17 == 3 ? 0.0f : spread * normal(random);
    sample.weights.push_back(x);
    sample.decoded.push_back(i % 5 == 0 ? 0.0f : i % 7 == 0 ? x : x + noise * normal(random));
    sample.importance.push_back(std::fabs(normal(random)));
    if (i % Sample::scale_length == 0) {
      sample.low.push_back(-1.5f * spread);
      sample.high.push_back(1.25f * spread);
    }
  }
  return sample;
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const size_t count : {0, 1, 2, 3, 4, 5, 127, 128, 129, 130, 515, 4096, 20011}) {
    all.push_back(make_sample("normal x " + std::to_string(count), count, 0.02f, 0.001f, 7));
  }
  all.push_back(make_sample("errors beyond the coarse range", 3001, 3.0f, 0.05f, 8));
  all.push_back(make_sample("subnormal errors", 3001, 1e-38f, 1e-43f, 9));
  all.push_back(make_sample("huge", 3001, 1e37f, 1e36f, 10));
  Sample odd = make_sample("NaN and infinity", 1025, 0.02f, 0.001f, 11);
  odd.weights[5] = nan;
  odd.decoded[6] = nan;
  odd.weights[200] = infinity;
  odd.decoded[201] = -infinity;
  odd.weights[202] = odd.decoded[202] = infinity;
  odd.weights[300] = nan;
  odd.decoded[300] = infinity;
  odd.weights[777] = 3e38f;
  odd.decoded[777] = -3e38f;
  odd.weights[778] = -0.0f;
  odd.decoded[779] = -0.0f;
  odd.weights[1024] = -infinity;
  all.push_back(odd);
  return all;
}

ErrorStatistics measure(const Sample& sample, Kernel kernel) {
  ErrorMeter meter(kernel);
  meter.add(sample.weights.data(), sample.decoded.data(), sample.weights.size(), sample.importance.data(),
            {sample.low.data(), sample.high.data(), Sample::scale_length});
  ErrorStatistics statistics;
  meter.finish(statistics);
  return statistics;
}

std::vector<uint8_t> saved(const ErrorStatistics& statistics) {
  std::vector<uint8_t> bytes;
  statistics.save(bytes);
  return bytes;
}

void expect_close(double got, double expected, const char* what) {
  EXPECT_NEAR(got, expected, 1e-12 * std::fabs(expected) + 1e-300) << what;
}

void expect_figures(const ErrorStatistics& got, const reference::ErrorFigures& expected) {
  EXPECT_EQ(got.count(), expected.count);
  EXPECT_EQ(got.zeros(), expected.zeros);
  EXPECT_EQ(got.clipped(), expected.clipped);
  EXPECT_EQ(got.nans(), expected.nans);
  EXPECT_EQ(got.infinities(), expected.infinities);
  EXPECT_EQ(got.max_error(), expected.max_error);
  EXPECT_THAT(got.coarse_histogram(), testing::ElementsAreArray(expected.coarse));
  expect_close(got.rmse(), expected.rmse, "rmse");
  expect_close(got.root_mean_square(), expected.root_mean_square, "rms");
  // Errors of both signs cancel; what is left is as exact as the sum of their magnitudes allows.
  EXPECT_NEAR(got.bias(), expected.bias, 1e-12 * expected.rmse) << "bias";
  if (expected.rmse > 0) {
    expect_close(got.sqnr_db(), expected.sqnr_db, "sqnr");
    expect_close(got.weighted_rmse(), expected.weighted_rmse, "weighted rmse");
  }
  for (const double share : {0.001, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0}) {
    const double exact = expected.quantile(share);
    EXPECT_GE(got.quantile(share), exact) << share;
    EXPECT_LE(got.quantile(share), exact * (1 + 1.0 / 128)) << share;
    EXPECT_EQ(got.coarse_quantile(share), expected.coarse_quantile(share)) << share;
  }
}

TEST(ErrorStatistics, AgreesWithTheReference) {
  for (const Kernel kernel : every_kernel()) {
    for (const Sample& sample : samples()) {
      SCOPED_TRACE(sample.name + ", " + std::string(kernel_name(kernel)));
      expect_figures(measure(sample, kernel), reference::measure(sample.weights, sample.decoded, sample.importance,
                                                                 sample.low, sample.high, Sample::scale_length));
    }
  }
}

TEST(ErrorStatistics, TheAskedKernelRuns) {
  for (const Kernel kernel : every_kernel()) EXPECT_EQ(ErrorMeter(kernel).kernel(), kernel);
  EXPECT_EQ(ErrorMeter().kernel(), best_kernel());
}

TEST(ErrorStatistics, KernelsAgreeToTheBit) {
  for (const Sample& sample : samples()) {
    EXPECT_EQ(saved(measure(sample, Kernel::scalar)), saved(measure(sample, best_kernel()))) << sample.name;
  }
}

TEST(ErrorStatistics, HowAPieceIsCutIntoCallsDoesNotMatter) {
  std::mt19937 random(3);
  for (const Sample& sample : samples()) {
    for (const Kernel kernel : every_kernel()) {
      ErrorMeter meter(kernel), whole(kernel);
      const size_t count = sample.weights.size();
      for (size_t done = 0; done < count;) {
        const size_t next = std::min<size_t>(count - done, random() % 400);
        meter.add(sample.weights.data() + done, sample.decoded.data() + done, next, sample.importance.data() + done);
        done += next;
      }
      whole.add(sample.weights.data(), sample.decoded.data(), count, sample.importance.data());
      ErrorStatistics a, b;
      meter.finish(a);
      whole.finish(b);
      EXPECT_EQ(saved(a), saved(b)) << sample.name;
    }
  }
}

TEST(ErrorStatistics, AMeterBeginsEachPieceAnew) {
  const Sample first = make_sample("first", 1003, 1.0f, 0.1f, 1), second = make_sample("second", 501, 0.1f, 0.01f, 2);
  ErrorMeter meter;
  ErrorStatistics piece;
  for (const Sample* sample : {&first, &second}) {
    meter.add(sample->weights.data(), sample->decoded.data(), sample->weights.size(), sample->importance.data(),
              {sample->low.data(), sample->high.data(), Sample::scale_length});
    meter.finish(piece);
    EXPECT_EQ(saved(piece), saved(measure(*sample, best_kernel())));
  }
  meter.finish(piece);
  EXPECT_EQ(saved(piece), saved(ErrorStatistics()));
}

TEST(ErrorStatistics, LongPiecesLoseNoWeight) {
  constexpr size_t times = 300;
  const Sample sample = make_sample("repeated", 65536, 0.02f, 0.001f, 12);
  ErrorMeter meter;
  for (size_t i = 0; i < times; ++i) meter.add(sample.weights.data(), sample.decoded.data(), sample.weights.size());
  ErrorStatistics statistics;
  meter.finish(statistics);
  std::vector<uint64_t> expected = reference::measure(sample.weights, sample.decoded).coarse;
  for (uint64_t& count : expected) count *= times;
  EXPECT_THAT(statistics.coarse_histogram(), testing::ElementsAreArray(expected));
  EXPECT_EQ(statistics.count(), times * sample.weights.size());
}

TEST(ErrorStatistics, MergingPiecesMeasuresTheirUnion) {
  const std::vector<Sample> pieces = samples();
  ErrorStatistics forward, backward, carried;
  Sample all{"all", {}, {}, {}, {}, {}};
  for (const Sample& piece : pieces) {
    if (piece.name == "huge") continue;  // its squares would drown all others
    forward.merge(measure(piece, best_kernel()));
    const std::vector<uint8_t> bytes = saved(measure(piece, Kernel::scalar));
    carried.merge(ErrorStatistics::restore(bytes.data(), bytes.size()));
    all.weights.insert(all.weights.end(), piece.weights.begin(), piece.weights.end());
    all.decoded.insert(all.decoded.end(), piece.decoded.begin(), piece.decoded.end());
    all.importance.insert(all.importance.end(), piece.importance.begin(), piece.importance.end());
  }
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    if (piece->name != "huge") backward.merge(measure(*piece, best_kernel()));
  }
  EXPECT_EQ(saved(forward), saved(carried));

  reference::ErrorFigures expected = reference::measure(all.weights, all.decoded, all.importance);
  expected.clipped = forward.clipped();
  expect_figures(forward, expected);
  expect_figures(backward, expected);
  for (const double share : {0.1, 0.5, 0.95}) EXPECT_EQ(forward.quantile(share), backward.quantile(share));
}

TEST(ErrorStatistics, RestoreGivesBackWhatWasSavedAndRefusesAnythingElse) {
  for (const Sample& sample : samples()) {
    const std::vector<uint8_t> bytes = saved(measure(sample, best_kernel()));
    EXPECT_EQ(saved(ErrorStatistics::restore(bytes.data(), bytes.size())), bytes) << sample.name;
  }
  std::vector<uint8_t> bytes = saved(measure(samples()[7], best_kernel()));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(ErrorStatistics::restore(bytes.data(), size), Error) << size;
  }
  const std::vector<uint8_t> good = bytes;
  bytes.insert(bytes.end(), {0xFF, 0xFF, 0xFF, 0x7F, 1});  // a bucket far beyond the last one
  EXPECT_THROW(ErrorStatistics::restore(bytes.data(), bytes.size()), Error);
  bytes = good;
  bytes[0] ^= 1;
  EXPECT_THROW(ErrorStatistics::restore(bytes.data(), bytes.size()), Error);
}

TEST(ErrorStatistics, NothingMeasuredGivesZeros) {
  const ErrorStatistics none;
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.rmse(), 0);
  EXPECT_EQ(none.bias(), 0);
  EXPECT_EQ(none.quantile(0.5), 0);
  EXPECT_TRUE(std::isnan(none.weighted_rmse()));
  EXPECT_TRUE(none.histogram(8).empty());
}

TEST(ErrorStatistics, WithoutErrorTheRatioIsInfinite) {
  const std::vector<float> weights(300, 0.5f);
  ErrorMeter meter;
  meter.add(weights.data(), weights.data(), weights.size());
  ErrorStatistics statistics;
  meter.finish(statistics);
  EXPECT_EQ(statistics.sqnr_db(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(statistics.quantile(1), 0);
  EXPECT_DOUBLE_EQ(statistics.coarse_quantile(0.5), 0.0002);
  EXPECT_TRUE(std::isnan(statistics.weighted_rmse()));
  ASSERT_EQ(statistics.histogram(8).size(), 1u);
  EXPECT_EQ(statistics.histogram(8)[0].to, 0);
  EXPECT_EQ(statistics.histogram(8)[0].count, 300u);
}

/// The statistics of `count` errors that have a distribution exactly: error i is its (i + 1/2) / count quantile.
ErrorStatistics distributed(size_t count, const std::function<double(double)>& quantile) {
  std::vector<float> weights(count);
  for (size_t i = 0; i < count; ++i) {
    weights[i] = static_cast<float>(quantile((static_cast<double>(i) + 0.5) / static_cast<double>(count)));
  }
  const std::vector<float> decoded(count, 0.0f);
  ErrorMeter meter;
  meter.add(weights.data(), decoded.data(), count);
  ErrorStatistics statistics;
  meter.finish(statistics);
  return statistics;
}

/// The largest share of its peak that a density rises again after falling from it, or falls before it.
double roughness(const std::vector<double>& density) {
  const size_t peak = static_cast<size_t>(std::max_element(density.begin(), density.end()) - density.begin());
  double most = 0;
  for (size_t i = 1; i < density.size(); ++i) {
    most = std::max(most, i <= peak ? density[i - 1] - density[i] : density[i] - density[i - 1]);
  }
  return most / density[peak];
}

/// The magnitude that a share of normally distributed numbers does not exceed.
double magnitude_of_normal(double share) {
  double low = 0, high = 8;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::numbers::sqrt2) < share ? low : high) = middle;
  }
  return low;
}

TEST(ErrorStatistics, ADistributionWithOnePeakShowsNoOtherInTheHistogram) {
  const std::pair<const char*, std::function<double(double)>> distributions[] = {
      {"uniform", [](double share) { return 0.004 * share; }},
      {"exponential", [](double share) { return -0.001 * std::log1p(-share); }},
      {"normal", [](double share) { return 0.0013 * magnitude_of_normal(share); }},
      {"log-uniform", [](double share) { return std::exp2(-14 + 6 * share); }},
  };
  for (const auto& [name, quantile] : distributions) {
    const ErrorStatistics statistics = distributed(1 << 18, quantile);
    for (const uint32_t per_octave : {4u, 8u}) {
      std::vector<double> density;
      for (const ErrorStatistics::Bucket& bucket : statistics.histogram(per_octave)) {
        // Where the distribution ends within a bucket, the bucket is not full.
        if (bucket.from == 0 || bucket.to > statistics.max_error()) continue;
        density.push_back(static_cast<double>(bucket.count) / std::log2(bucket.to / bucket.from));
      }
      EXPECT_LT(roughness(density), 5e-4) << name << ", " << per_octave;
    }
  }
}

TEST(ErrorStatistics, HistogramsOfAnyResolutionHoldEveryPairBetweenTheirEdges) {
  for (const Sample& sample : samples()) {
    const ErrorStatistics statistics = measure(sample, best_kernel());
    const std::vector<double> errors =
        reference::measure(sample.weights, sample.decoded, sample.importance).sorted_errors;
    for (const uint32_t per_octave : {1u, 5u, 8u, 64u}) {
      double last = 0;
      uint64_t total = 0;
      for (const ErrorStatistics::Bucket& bucket : statistics.histogram(per_octave)) {
        EXPECT_GE(bucket.from, last);
        if (bucket.to > 0) {
          // Edges are fine edges: at most half of 1/128 of their power of two away from the wanted ones.
          EXPECT_NEAR(std::log2(bucket.to / bucket.from), 1.0 / per_octave, 1.0 / 128 / std::numbers::ln2);
        }
        const auto inside = [&](double e) { return bucket.to == 0 ? e == 0 : e >= bucket.from && e < bucket.to; };
        // The edges are rounded f64; errors that close to one do not occur here.
        EXPECT_EQ(bucket.count, static_cast<uint64_t>(std::count_if(errors.begin(), errors.end(), inside)));
        last = bucket.to;
        total += bucket.count;
      }
      EXPECT_EQ(total, statistics.count()) << sample.name;
    }
  }
}

}  // namespace
}  // namespace nibble
