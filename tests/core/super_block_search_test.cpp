#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"

/// lowest-error and quick for K-quants: with importance, and where the range of a run is not used evenly.
namespace nibble {
namespace {

constexpr const char* k_quants[] = {"q2_K", "q3_K", "q4_K", "q5_K", "q6_K"};
constexpr size_t n = 256;

/// The squared errors of every block, weighted by the importance where there is one.
std::vector<double> errors_of(const Format& format, std::string_view method, const std::vector<float>& x,
                              const float* importance) {
  std::vector<uint8_t> blocks(format.bytes_for(x.size()));
  find_quantizer(format.type, method, best_kernel())->quantize(x.data(), blocks.data(), x.size(), importance);
  std::vector<double> errors(x.size() / n);
  std::vector<float> decoded(n);
  for (size_t b = 0; b < errors.size(); ++b) {
    format.decode(&blocks[b * format.block_bytes], decoded.data());
    for (size_t i = 0; i < n; ++i) {
      const double off = static_cast<double>(x[b * n + i]) - decoded[i];
      errors[b] += (importance ? importance[b * n + i] : 1.0) * off * off;
    }
  }
  return errors;
}

double total(const std::vector<double>& errors) {
  double sum = 0;
  for (const double error : errors) sum += error;
  return sum;
}

/// Log-normal, with whole runs and single weights that do not count.
std::vector<float> unequal_importance(testing::Random& random, size_t count, bool with_zeros) {
  std::vector<float> importance(count);
  for (float& w : importance) w = std::exp(random.gauss());
  for (size_t begin = 0; with_zeros && begin < count; begin += 16) {
    const uint32_t kind = random.below(8);
    for (size_t i = begin; i < begin + 16; ++i) {
      if (kind == 0 || (kind == 1 && random.below(2))) importance[i] = 0;
    }
  }
  return importance;
}

TEST(SuperBlockSearch, QuickLeavesNoMoreErrorThanLlamaCppOnLopsidedWeights) {
  struct Weights {
    const char* name;
    void (*fill)(testing::Random&, float* x, size_t count);
  };
  constexpr Weights lopsided[] = {
      {"positive, far from zero",
       [](testing::Random& random, float* x, size_t count) {
         for (size_t i = 0; i < count; ++i) x[i] = 0.05f + std::fabs(0.02f * random.gauss());
       }},
      {"positive",
       [](testing::Random& random, float* x, size_t count) {
         for (size_t i = 0; i < count; ++i) x[i] = 0.05f + std::fabs(random.gauss());
       }},
      {"half zero",
       [](testing::Random& random, float* x, size_t count) {
         for (size_t i = 0; i < count; ++i) x[i] = std::max(0.0f, random.gauss());
       }},
      {"one magnitude",
       [](testing::Random& random, float* x, size_t count) {
         float magnitude = 0;
         for (size_t i = 0; i < count; ++i) {
           if (i % n == 0) magnitude = 0.01f * (1 + random.uniform());
           x[i] = random.sign() * magnitude;
         }
       }},
      {"outliers",
       [](testing::Random& random, float* x, size_t count) {
         for (size_t i = 0; i < count; ++i) x[i] = random.gauss() * (random.below(100) == 0 ? 40.0f : 1.0f);
       }},
  };
  for (const char* name : k_quants) {
    const Format& format = *find_format(name);
    for (const Weights& weights : lopsided) {
      std::vector<float> x(n * 512);
      testing::Random random(21);
      weights.fill(random, x.data(), x.size());
      EXPECT_LE(total(errors_of(format, quick_method, x, nullptr)), total(errors_of(format, llama_cpp, x, nullptr)))
          << name << ", " << weights.name;
    }
  }
}

TEST(SuperBlockSearch, NoBlockIsEverWorseWithImportance) {
  for (const char* name : k_quants) {
    const Format& format = *find_format(name);
    for (const testing::Generator& generator : testing::generators()) {
      std::vector<float> x(n * 6);
      testing::Random random(22);
      generator.fill(random, x.data(), x.size());
      const std::vector<float> importance = unequal_importance(random, x.size(), true);
      const auto plain = errors_of(format, llama_cpp, x, importance.data());
      const auto improved = errors_of(format, lowest_error_method, x, importance.data());
      for (size_t b = 0; b < plain.size(); ++b) {
        if (!std::isfinite(plain[b])) continue;  // weights no half float can scale
        EXPECT_LE(improved[b], plain[b]) << name << ", " << generator.name << ", block " << b;
      }
    }
  }
}

TEST(SuperBlockSearch, LowersTheWeightedErrorByWhatItPromises) {
  // Weighted RMSE against the method llama.cpp with the same importance, rounded up.
  const std::map<std::string, double> promised = {
      {"q2_K", 0.955}, {"q3_K", 0.988}, {"q4_K", 0.969}, {"q5_K", 0.934}, {"q6_K", 0.924}};
  std::vector<float> x(n * 128);
  testing::Random random(23);
  testing::gauss(random, x.data(), x.size());
  const std::vector<float> importance = unequal_importance(random, x.size(), false);
  for (const auto& [name, ratio] : promised) {
    const Format& format = *find_format(name);
    const double plain = total(errors_of(format, llama_cpp, x, importance.data()));
    EXPECT_LT(std::sqrt(total(errors_of(format, lowest_error_method, x, importance.data())) / plain), ratio) << name;
    EXPECT_LT(std::sqrt(total(errors_of(format, quick_method, x, importance.data())) / plain), ratio + 0.001) << name;
  }
}

TEST(SuperBlockSearch, ImportanceCountsByItsRatiosOnly) {
  std::vector<float> x(n * 8);
  testing::Random random(24);
  testing::gauss(random, x.data(), x.size());
  const std::vector<float> importance = unequal_importance(random, x.size(), true);
  std::vector<float> scaled = importance;
  for (float& w : scaled) w *= 0x1p40f;
  for (const char* name : k_quants) {
    const Format& format = *find_format(name);
    EXPECT_EQ(total(errors_of(format, quick_method, x, importance.data())) * 0x1p40,
              total(errors_of(format, quick_method, x, scaled.data())))
        << name;
  }
}

}  // namespace
}  // namespace nibble
