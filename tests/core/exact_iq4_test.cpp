// The fast exact search of IQ4_NL against the walk over every choice of codes.
#include "search/exact_iq4.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/kernel_inputs.h"
#include "numeric/half.h"
#include "numeric/value_tables.h"
#include "reference/scale_sweep_reference.h"

namespace nibble {
namespace {

/// Weights on the levels and midpoints of a scale near the edges of the search's ranges.
void level_places(testing::Random& random, float* x, size_t n) {
  constexpr float edges[] = {42.0f,  48.3f,  55.5f,  60.0f,  77.0f,  82.0f, 90.5f,
                             100.0f, 113.0f, 127.0f, 141.5f, 156.5f, 178.0f};
  for (size_t begin = 0; begin < n; begin += 32) {
    const float scale = random.sign() * 0.05f / edges[random.below(13)] * (1.0f + 0.01f * random.gauss());
    for (size_t i = begin; i < begin + 32; ++i) {
      const uint32_t k = random.below(15);
      const int twice = iq4_values[k] + iq4_values[random.below(2) ? k : k + 1];
      x[i] = 0.5f * static_cast<float>(twice) * scale + (random.below(3) ? 0.0f : 1e-4f * random.gauss());
    }
  }
}
void mostly_zero(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = random.below(5) ? 0.0f : 0.05f * random.gauss();
}
void small(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 0.0003f * random.gauss();
}
/// Only the levels next to zero are used, so that scales far below those usually searched are best.
void levels_near_zero(testing::Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const uint32_t reach = 1 + random.below(3);
    const float noise = 0.02f + 0.3f * static_cast<float>(random.below(2));
    for (size_t i = begin; i < begin + 32; ++i) {
      x[i] = 0.002f * (iq4_values[8 - reach + random.below(2 * reach)] + noise * random.gauss());
    }
  }
}
/// All weights take one level, and how it rounds with the scale decides which.
void nearly_equal(testing::Random& random, float* x, size_t n) {
  const float noise = 0.001f * static_cast<float>(4 + random.below(5));
  for (size_t begin = 0; begin < n; begin += 32) {
    const float value = random.sign() * (0.2f + 0.2f * random.uniform());
    for (size_t i = begin; i < begin + 32; ++i) x[i] = value * (1 + noise * random.gauss());
  }
}
/// Every level is met but for less than single precision tells apart.
void nearly_perfect(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    x[i] = 0.001f * (iq4_values[random.below(16)] + 2e-3f * random.gauss());
  }
}
/// Levels of a scale half way between two half floats, which leave errors so small and so alike that single precision
/// takes the wrong one of the two.
void between_halves(testing::Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const uint16_t below = f16_from_f32(0.002f * (1 + random.uniform()));
    const float scale = 0.5f * (f32_from_f16(below) + f32_from_f16(below + 1));
    for (size_t i = begin; i < begin + 32; ++i) x[i] = scale * iq4_values[3 + random.below(10)];
    x[begin + random.below(32)] *= 1 + 1e-7f * random.gauss();
  }
}
void subnormal_scales(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 2e-6f * random.gauss();
}
void beyond_halves(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 1e7f * random.gauss();
}

TEST(ExactIq4, NoScaleBeatsItAndBothKernelsAgree) {
  std::vector<testing::Generator> inputs = testing::generators();
  inputs.push_back({"level places", level_places});
  inputs.push_back({"mostly zero", mostly_zero});
  inputs.push_back({"small", small});
  inputs.push_back({"levels near zero", levels_near_zero});
  inputs.push_back({"nearly equal", nearly_equal});
  inputs.push_back({"nearly perfect", nearly_perfect});
  inputs.push_back({"between halves", between_halves});
  inputs.push_back({"subnormal scales", subnormal_scales});
  inputs.push_back({"beyond halves", beyond_halves});
  std::vector<float> levels;
  for (const int8_t value : iq4_values) levels.push_back(value);
  // NIBBLE_LONG_TESTS=1: more than 100 000 blocks.
  const int rounds = std::getenv("NIBBLE_LONG_TESTS") ? 5000 : 150;
  ExactIq4 scalar(Kernel::scalar), fast(best_kernel());
  ScaleSweep sweep;
  for (const testing::Generator& generator : inputs) {
    testing::Random random(9);
    const uint64_t slow_before = fast.slow_blocks();
    double worst = 0;
    for (int round = 0; round < rounds; ++round) {
      std::vector<float> x(32);
      generator.fill(random, x.data(), x.size());
      const float scale = fast.best_scale(x.data());
      ASSERT_EQ(scale, scalar.best_scale(x.data())) << generator.name;
      ASSERT_EQ(scale, f32_from_f16(f16_from_f32(scale))) << generator.name;
      sweep.walk(x.data(), nullptr, 32, {levels.data(), 16});
      const ScaleOptimum optimum = sweep.optimum(Storage::f16);
      const double reached = reference::error_at_scale(x, {}, levels, scale);
      // Smaller errors are lost in the rounding of the walk itself.
      if (optimum.error > 1e-10 * sweep.square_sum()) worst = std::max(worst, reached / optimum.error - 1);
    }
    EXPECT_LT(worst, 4e-6) << generator.name;
    if (std::string(generator.name) == "gauss") {
      EXPECT_LE(fast.slow_blocks() - slow_before, static_cast<uint64_t>(rounds) / 50);
    }
  }
}

}  // namespace
}  // namespace nibble
