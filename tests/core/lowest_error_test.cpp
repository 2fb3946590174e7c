#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"

namespace nibble {
namespace {

double error_of(const Format& format, const float* x, const uint8_t* block, const float* importance = nullptr) {
  std::vector<float> decoded(format.block_length);
  format.decode(block, decoded.data());
  double error = 0;
  for (size_t i = 0; i < decoded.size(); ++i) {
    error += (importance ? importance[i] : 1.0) * (static_cast<double>(x[i]) - decoded[i]) *
             (static_cast<double>(x[i]) - decoded[i]);
  }
  return error;
}

std::vector<uint8_t> quantize(const Format& format, std::string_view method, const std::vector<float>& x,
                              const float* importance = nullptr) {
  std::vector<uint8_t> blocks(format.bytes_for(x.size()));
  find_quantizer(format.type, method, best_kernel())->quantize(x.data(), blocks.data(), x.size(), importance);
  return blocks;
}

TEST(LowestError, LowersTheErrorOfBellShapedWeightsByWhatItPromises) {
  // RMSE against the method llama.cpp; the documented ratios, rounded up.
  const std::map<std::string, double> promised = {
      {"q4_0", 0.942},   {"q4_1", 0.8795},  {"q5_0", 0.938}, {"q5_1", 0.8645}, {"q8_0", 0.862},
      {"iq4_nl", 0.964}, {"q2_K", 0.873},   {"q3_K", 0.954}, {"q4_K", 0.971},  {"q5_K", 0.937},
      {"q6_K", 0.924},   {"iq4_xs", 0.962}, {"mxfp4", 0.98}, {"nvfp4", 0.865}};
  std::vector<float> x(256 * 128);
  testing::Random random(7);
  testing::gauss(random, x.data(), x.size());
  for (const auto& [name, ratio] : promised) {
    const Format& format = *find_format(name);
    double errors[2] = {0, 0};
    for (const int improved : {0, 1}) {
      const auto blocks = quantize(format, improved ? lowest_error_method : llama_cpp, x);
      for (size_t b = 0; b < x.size() / format.block_length; ++b) {
        errors[improved] += error_of(format, &x[b * format.block_length], &blocks[b * format.block_bytes]);
      }
    }
    EXPECT_LT(std::sqrt(errors[1] / errors[0]), ratio) << name;
  }
}

TEST(LowestError, NoBlockIsEverWorse) {
  constexpr size_t count = 37;  // whole batches of every search, and a rest
  for (const Format& format : all_formats()) {
    if (!find_quantizer(format.type, lowest_error_method, best_kernel())) continue;
    for (const testing::Generator& generator : testing::generators()) {
      std::vector<float> x(count * format.block_length), importance(x.size());
      testing::Random random(11);
      generator.fill(random, x.data(), x.size());
      for (float& q : importance) q = random.below(8) == 0 ? 0.0f : random.uniform();
      for (const bool weighted : {false, true}) {
        const float* weights = weighted ? importance.data() : nullptr;
        const auto plain = quantize(format, llama_cpp, x, weights),
                   improved = quantize(format, lowest_error_method, x, weights);
        for (size_t b = 0; b < count; ++b) {
          const size_t at = b * format.block_length;
          // Weights no half float can scale make an invalid block, which ends a run.
          if (!format.valid(&plain[b * format.block_bytes])) continue;
          const float* counts = weighted ? &importance[at] : nullptr;
          EXPECT_LE(error_of(format, &x[at], &improved[b * format.block_bytes], counts),
                    error_of(format, &x[at], &plain[b * format.block_bytes], counts))
              << format.name << ", " << generator.name << ", block " << b << (weighted ? ", with importance" : "");
        }
      }
    }
  }
}

TEST(LowestError, ScaleAndMinimumOf32WeightsAreWithinATenthOfAPercentOfTheProvenOptimum) {
  // RMSE over that of the method exact. Far from zero, and with scales of a few units of the smallest half float, the
  // rounding of both numbers decides.
  struct Weights {
    const char* name;
    float mean, sigma;
    bool even;
    double ratio, quick_ratio;
  };
  for (const Weights& weights :
       {Weights{"normal", 0, 0.02f, false, 1.0006, 1.004}, Weights{"uniform", 0, 0.02f, true, 1.0012, 1.006},
        Weights{"far from zero", 1, 0.02f, false, 1.003, 1.006}, Weights{"small", 0, 2e-5f, false, 1.006, 1.01}}) {
    std::vector<float> x(32 * 256);
    testing::Random random(17);
    for (float& v : x) v = weights.mean + weights.sigma * (weights.even ? 2 * random.uniform() - 1 : random.gauss());
    for (const char* name : {"q4_1", "q5_1"}) {
      const Format& format = *find_format(name);
      const auto total = [&](std::string_view method) {
        const auto blocks = quantize(format, method, x);
        double error = 0;
        for (size_t b = 0; b < x.size() / 32; ++b)
          error += error_of(format, &x[b * 32], &blocks[b * format.block_bytes]);
        return error;
      };
      const double exact = total("exact");
      EXPECT_LT(std::sqrt(total(lowest_error_method) / exact), weights.ratio) << name << ", " << weights.name;
      EXPECT_LT(std::sqrt(total(quick_method) / exact), weights.quick_ratio) << name << ", " << weights.name;
    }
  }
}

TEST(LowestError, ScaleAndMinimumOf32WeightsOfUnequalImportanceAreNearTheProvenOptimum) {
  std::vector<float> x(32 * 256), importance(x.size());
  testing::Random random(18);
  for (const float sigma : {0.5f, 1.0f}) {
    for (float& v : x) v = 0.02f * random.gauss();
    for (float& w : importance) w = std::exp(sigma * random.gauss());
    for (const char* name : {"q4_1", "q5_1"}) {
      const Format& format = *find_format(name);
      const auto total = [&](std::string_view method) {
        const auto blocks = quantize(format, method, x, importance.data());
        double error = 0;
        for (size_t b = 0; b < x.size() / 32; ++b) {
          error += error_of(format, &x[b * 32], &blocks[b * format.block_bytes], &importance[b * 32]);
        }
        return error;
      };
      const double exact = total("exact");
      EXPECT_LT(std::sqrt(total(lowest_error_method) / exact), 1.003) << name << ", " << sigma;
      EXPECT_LT(std::sqrt(total(quick_method) / exact), 1.006) << name << ", " << sigma;
    }
  }
}

TEST(Quick, ComesCloseToLowestErrorOnBellShapedWeights) {
  std::vector<float> x(256 * 128);
  testing::Random random(7);
  testing::gauss(random, x.data(), x.size());
  for (const Format& format : all_formats()) {
    if (find_quantizer(format.type, quick_method, best_kernel()) == nullptr) continue;
    double errors[2] = {0, 0};
    for (const int quick : {0, 1}) {
      const auto blocks = quantize(format, quick ? quick_method : lowest_error_method, x);
      for (size_t b = 0; b < x.size() / format.block_length; ++b) {
        errors[quick] += error_of(format, &x[b * format.block_length], &blocks[b * format.block_bytes]);
      }
    }
    EXPECT_LT(std::sqrt(errors[1] / errors[0]), 1.006) << format.name;
  }
}

TEST(Quick, WritesLlamaCppsBlockWhereTheSearchHasNone) {
  for (const Format& format : all_formats()) {
    if (find_quantizer(format.type, quick_method, best_kernel()) == nullptr) continue;
    for (const testing::Generator& generator : testing::generators()) {
      std::vector<float> x(7 * format.block_length);
      testing::Random random(13);
      generator.fill(random, x.data(), x.size());
      const auto plain = quantize(format, llama_cpp, x), quick = quantize(format, quick_method, x);
      for (size_t b = 0; b < 7; ++b) {
        const uint8_t* block = &quick[b * format.block_bytes];
        if (format.valid(block)) continue;
        EXPECT_EQ(std::vector(block, block + format.block_bytes),
                  std::vector(&plain[b * format.block_bytes], &plain[b * format.block_bytes] + format.block_bytes))
            << format.name << ", " << generator.name << ", block " << b;
      }
    }
  }
}

}  // namespace
}  // namespace nibble
