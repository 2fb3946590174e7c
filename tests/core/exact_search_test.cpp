#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "numeric/half.h"
#include "reference/every_half_scale.h"
#include "reference/scale_sweep_reference.h"
#include "search/exact_integers.h"
#include "search/exact_integers_grids.h"
#include "search/scale_sweep.h"

namespace nibble {
namespace {

using Block = std::vector<float>;

struct Family {
  std::string name;
  std::function<float(std::mt19937&, size_t)> value;
};

/// Where single weights fit scales just beyond those that the searches of Q4_0, Q5_0 and Q8_0 try, which clip the
/// largest one: the hardest blocks for the argument that none of these is best.
float almost_clipped(std::mt19937& random, size_t i) {
  constexpr float beyond[] = {9.2f, 10.7f, 17.4f, 18.6f, 129.6f, 130.4f};
  static thread_local float T;
  if (i == 0) {
    T = beyond[random() % 6];
    return random() % 2 ? 1.0f : -1.0f;
  }
  const int level = 1 + static_cast<int>(std::geometric_distribution<int>(0.5)(random));
  const float off = std::uniform_real_distribution<float>(0.0f, 0.35f)(random);
  return (random() % 4 ? 1.0f : -1.0f) * std::min(1.0f, (static_cast<float>(level) - off) / T);
}

std::vector<Family> families() {
  const auto normal = [](std::mt19937& random) { return std::normal_distribution<float>(0.0f, 0.02f)(random); };
  return {
      {"gaussian", [=](std::mt19937& r, size_t) { return normal(r); }},
      {"student t5", [](std::mt19937& r, size_t) { return 0.02f * std::student_t_distribution<float>(5)(r); }},
      {"uniform", [](std::mt19937& r, size_t) { return std::uniform_real_distribution<float>(-1, 1)(r); }},
      {"mostly zero", [=](std::mt19937& r, size_t) { return r() % 5 ? 0.0f : normal(r); }},
      {"ties", [](std::mt19937& r, size_t) { return 0.125f * static_cast<float>(static_cast<int>(r() % 9) - 4); }},
      {"equal magnitudes", [](std::mt19937& r, size_t) { return r() % 2 ? 0.3f : -0.3f; }},
      {"one outlier", [=](std::mt19937& r, size_t i) { return i == 7 ? 15 * normal(r) : normal(r); }},
      {"tiny", [=](std::mt19937& r, size_t) { return 1e-3f * normal(r); }},
      {"subnormal scales", [=](std::mt19937& r, size_t) { return 1e-5f * normal(r); }},
      {"bfloat16", [=](std::mt19937& r, size_t) { return f32_from_bf16(bf16_from_f32(normal(r))); }},
      {"positive", [=](std::mt19937& r, size_t) { return 0.05f + std::fabs(normal(r)); }},
      {"huge", [=](std::mt19937& r, size_t) { return 1e7f * normal(r); }},
      {"all zero", [](std::mt19937&, size_t) { return 0.0f; }},
      {"one weight", [=](std::mt19937& r, size_t i) { return i == 5 ? normal(r) : 0.0f; }},
      {"nearly whole steps",
       [=](std::mt19937& r, size_t) {
         return 0.003f * static_cast<float>(static_cast<int>(r() % 16) - 8) + 1e-3f * normal(r);
       }},
      {"almost clipped", almost_clipped},
      {"powers of two",
       [](std::mt19937& r, size_t) { return std::ldexp(r() % 2 ? 0.3f : -0.3f, -static_cast<int>(r() % 8)); }},
  };
}

std::vector<float> integer_levels(int reach) {
  std::vector<float> levels;
  for (int level = -reach; level < reach; ++level) levels.push_back(static_cast<float>(level));
  return levels;
}

TEST(ScaleSweep, FindsTheBestScaleOfAnyLevelsAndAnyBlockLength) {
  const std::vector<std::vector<float>> level_lists = {
      integer_levels(8),
      {-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7},
      {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113},
      {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12},
      {-1, 1},
      {-7.5f, -0.5f, 0.5f, 7.5f}};
  std::mt19937 random(1);
  ScaleSweep sweep;
  for (const Family& family : families()) {
    for (const auto& levels : level_lists) {
      for (size_t n : {size_t{1}, size_t{2}, size_t{16}, size_t{33}}) {
        Block x(n), w(n);
        for (size_t i = 0; i < n; ++i) x[i] = family.value(random, i);
        for (size_t i = 0; i < n; ++i) w[i] = static_cast<float>(random() % 5);
        for (bool weighted : {false, true}) {
          const Block weights = weighted ? w : Block{};
          for (bool half : {false, true}) {
            const auto expected = reference::best_scale(x, weights, levels, half);
            sweep.walk(x.data(), weighted ? w.data() : nullptr, n, {levels.data(), static_cast<int>(levels.size())});
            const ScaleOptimum found = sweep.optimum(half ? Storage::f16 : Storage::real);
            const double reached = reference::error_at_scale(x, weights, levels, found.scale);
            const double slack = 1e-9 * reference::error_at_scale(x, weights, levels, 0) + 1e-30;
            EXPECT_LE(reached, expected.error + slack) << family.name << " n=" << n << " half=" << half;
            EXPECT_NEAR(found.error, reached, slack + 1e-6 * reached) << family.name << " n=" << n << " half=" << half;
          }
        }
      }
    }
  }
}

TEST(ScaleSweep, FindsTheBestScaleOfBlocksOf1To256Weights) {
  const std::vector<float> levels = integer_levels(8);
  const std::vector<Family> kinds = families();
  std::mt19937 random(8);
  ScaleSweep sweep;
  for (size_t n = 1; n <= 256; n += 5) {  // 1, 6, ... 256
    const Family& family = kinds[n % kinds.size()];
    Block x(n), w(n);
    for (size_t i = 0; i < n; ++i) x[i] = family.value(random, i);
    for (size_t i = 0; i < n; ++i) w[i] = static_cast<float>(random() % 5);
    for (const bool half : {false, true}) {
      const bool weighted = n % 2 == 0;
      const Block weights = weighted ? w : Block{};
      const auto expected = reference::best_scale(x, weights, levels, half);
      sweep.walk(x.data(), weighted ? w.data() : nullptr, n, {levels.data(), 16});
      const ScaleOptimum found = sweep.optimum(half ? Storage::f16 : Storage::real);
      const double slack = 1e-9 * reference::error_at_scale(x, weights, levels, 0) + 1e-30;
      EXPECT_LE(reference::error_at_scale(x, weights, levels, found.scale), expected.error + slack)
          << family.name << " n=" << n << " half=" << half;
    }
  }
}

/// How many blocks to try: g++'s native build tries all; wasm and the sanitizers' build (clang), which are slower, a
/// share.
constexpr int share(int blocks) {
#if defined(__EMSCRIPTEN__) || defined(__clang__)
  return blocks / 16;
#else
  return blocks;
#endif
}

class ExactIntegersOf : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Reach, ExactIntegersOf, testing::Values(8, 16, 128));

TEST_P(ExactIntegersOf, NoHalfFloatIsABetterScale) {
  const int reach = GetParam();
  const std::vector<float> levels = integer_levels(reach);
  // Together more than 100 000 blocks; sixteen times as many with NIBBLE_LONG_TESTS=1.
  const int rounds = share(reach == 128 ? 800 : 2900) * (std::getenv("NIBBLE_LONG_TESTS") ? 16 : 1);
  std::mt19937 random(2);
  ExactIntegers scalar(reach, Kernel::scalar), fast(reach, best_kernel());
  for (const Family& family : families()) {
    const uint64_t slow_before = fast.slow_blocks();
    double worst = 0;
    for (int round = 0; round < rounds; ++round) {
      Block x(32);
      for (size_t i = 0; i < 32; ++i) x[i] = family.value(random, i);
      const float scale = fast.best_scale(x.data());
      ASSERT_EQ(scale, f32_from_f16(f16_from_f32(scale))) << family.name;
      if (round % 8 == 0) {
        ASSERT_EQ(scale, scalar.best_scale(x.data())) << family.name;
      }
      double square_sum = 0;
      for (const float value : x) square_sum += static_cast<double>(value) * value;
      const double reached = reference::error_at_scale(x, {}, levels, scale);
      const double lowest = reference::lowest_error_of_half_scales(x.data(), nullptr, reach, reached);
      if (reached > 1e-12 * square_sum) worst = std::max(worst, reached / lowest - 1);
    }
    EXPECT_LT(worst, 4e-6) << family.name;
    if (family.name == "gaussian" || family.name == "student t5" || family.name == "uniform") {
      EXPECT_EQ(fast.slow_blocks(), slow_before) << family.name;
    }
  }
}

class WeightedExactIntegersOf : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Reach, WeightedExactIntegersOf, testing::Values(8, 16));

TEST_P(WeightedExactIntegersOf, NoHalfFloatIsABetterScale) {
  const int reach = GetParam();
  const std::vector<float> levels = integer_levels(reach);
  const int rounds = share(160) * (std::getenv("NIBBLE_LONG_TESTS") ? 16 : 1);
  std::mt19937 random(3);
  ExactIntegers scalar(reach, Kernel::scalar), fast(reach, best_kernel());
  for (const Family& family : families()) {
    for (const float sigma : {0.3f, 1.0f, 2.0f, 8.0f, 0.0f}) {
      double worst = 0;
      for (int round = 0; round < rounds; ++round) {
        Block x(32), w(32);
        for (size_t i = 0; i < 32; ++i) x[i] = family.value(random, i);
        // The last kind: some weights count for nothing.
        for (float& one : w) {
          one = sigma == 0 ? static_cast<float>(random() % 3)
                           : std::exp(std::normal_distribution<float>(0, sigma)(random));
        }
        const float scale = fast.best_scale(x.data(), w.data());
        ASSERT_EQ(scale, f32_from_f16(f16_from_f32(scale))) << family.name;
        if (round % 4 == 0) {
          ASSERT_EQ(scale, scalar.best_scale(x.data(), w.data())) << family.name;
        }
        double square_sum = 0;
        for (size_t i = 0; i < 32; ++i) square_sum += static_cast<double>(w[i]) * x[i] * x[i];
        const double reached = reference::error_at_scale(x, w, levels, scale);
        const double lowest = reference::lowest_error_of_half_scales(x.data(), w.data(), reach, reached);
        if (reached > 1e-12 * square_sum) worst = std::max(worst, reached / lowest - 1);
      }
      EXPECT_LT(worst, 4e-6) << family.name << ", sigma " << sigma;
    }
  }
}

/// The finest scales, as max|x| / |scale|, of a grid's two sides.
template <class Grid>
std::array<float, 2> finest() {
  using Nodes = NIBBLE_TARGET::NodeTables<Grid>;
  return {Grid::T(Nodes::clipped - 1), Grid::T(Nodes::node_count - 1)};
}

/// Blocks of a giant that hardly counts beside weights that do: the best scales clip the giant, on either side of the
/// codes, by a little, by just more than the grids look at, or by very much.
TEST_P(WeightedExactIntegersOf, ClipsAGiantThatHardlyCounts) {
  const int reach = GetParam();
  const std::vector<float> levels = integer_levels(reach);
  std::mt19937 random(4);
  const auto uniform = [&](float low, float high) { return std::uniform_real_distribution<float>(low, high)(random); };
  const auto first = reach == 8 ? finest<NIBBLE_TARGET::Grid4Weighted>() : finest<NIBBLE_TARGET::Grid5Weighted>();
  const auto whole =
      reach == 8 ? finest<NIBBLE_TARGET::Grid4WeightedWhole>() : finest<NIBBLE_TARGET::Grid5WeightedWhole>();
  ExactIntegers fast(reach, best_kernel());
  double worst[4][2] = {};  // by how far the giant is clipped, and on which side
  int blocks[4][2] = {};
  for (int round = 0; round < share(8000); ++round) {
    const size_t kind = random() % 4;
    const float T = kind == 0   ? static_cast<float>(reach) * uniform(1.05f, 2.0f)
                    : kind == 1 ? first[random() % 2] * uniform(1.0f, 1.1f)
                    : kind == 2 ? whole[random() % 2] * uniform(1.0f, 1.1f)
                                : static_cast<float>(reach) * uniform(4.0f, 40.0f);
    const float giant = random() % 2 ? 1.0f : -1.0f, side = random() % 2 ? 1.0f : -1.0f;
    Block x(32), w(32);
    for (size_t i = 0; i < 32; ++i) {
      const int code = static_cast<int>(random() % static_cast<uint32_t>(2 * reach)) - reach;
      x[i] = side * giant * (static_cast<float>(code) + uniform(-0.1f, 0.1f)) / T;
      w[i] = uniform(0.5f, 1.0f);
    }
    x[0] = giant;
    w[0] = std::exp(uniform(-18.0f, -7.0f));
    const float found = fast.best_scale(x.data(), w.data());
    const double reached = reference::error_at_scale(x, w, levels, found);
    const double lowest = reference::lowest_error_of_half_scales(x.data(), w.data(), reach, reached);
    const bool is_long = found * giant < 0;
    ++blocks[kind][is_long];
    worst[kind][is_long] = std::max(worst[kind][is_long], reached / lowest - 1);
  }
  for (size_t kind = 0; kind < 4; ++kind) {
    for (const bool is_long : {false, true}) {
      EXPECT_GT(blocks[kind][is_long], share(500)) << "kind " << kind << ", side " << is_long;
      EXPECT_LT(worst[kind][is_long], 4e-6) << "kind " << kind << ", side " << is_long;
    }
  }
}

/// A heavy weight near zero leaves the same error at every scale, beside which the scales of the others differ by less
/// than single precision tells from the first grid.
TEST(WeightedExactIntegers, TellsScalesApartThatAHeavyWeightHides) {
  Block x(32, 0.0f), w(32, 1.0f);
  x[0] = 0.082f, x[2] = 0.082f, x[3] = 0.002f * 0.082f;
  w[1] = 0.0f, w[2] = 0.014f, w[3] = 272.0f;
  const std::vector<float> levels = integer_levels(8);
  for (const Kernel kernel : every_kernel()) {
    const float found = ExactIntegers(8, kernel).best_scale(x.data(), w.data());
    const double reached = reference::error_at_scale(x, w, levels, found);
    EXPECT_LT(reached / reference::best_scale(x, w, levels, true).error - 1, 4e-6);
  }
}

/// Heavy weights near zero leave the same error at every scale; the other weight fits every scale that it is a multiple
/// of, but for the rounding of half floats. Single precision takes a scale for better where it looks at it from far.
TEST(WeightedExactIntegers, LooksAtScalesFromNear) {
  Block x(32, 0.0f), w(32, 0.0f);
  x[0] = 0.3f, x[1] = -6.7e-5f, x[2] = 1.8e-4f;
  w[0] = 0.2f, w[1] = 12.0f, w[2] = 2400.0f;
  for (const Kernel kernel : every_kernel()) {
    ExactIntegers search(8, kernel);
    const float found = search.best_scale(x.data(), w.data());
    EXPECT_EQ(search.slow_blocks(), 0u);
    const double reached = reference::error_at_scale(x, w, integer_levels(8), found);
    const double lowest = reference::lowest_error_of_half_scales(x.data(), w.data(), 8, reached);
    EXPECT_LT(reached / lowest - 1, 4e-6);
  }
}

/// A heavy weight near zero again. Of a reach of 16, what is left of larger sums is lost sooner.
TEST(WeightedExactIntegers, DistrustsDifferencesOfWhatHeavyWeightsLeave) {
  const Block x = {-0.254553825f,    -0.00410684804f,  -0.00155849103f, -0.00141859916f, -0.00252678804f,
                   -0.00176770275f,  -0.00227380334f,  0.00161473395f,  -0.00109933037f, -0.000954552379f,
                   -0.000390165456f, -0.00146224909f,  0.00487000309f,  0.00438194536f,  -0.00215712562f,
                   0.002878058f,     0.00135810417f,   0.000211432125f, 0.000226825432f, -0.00102519768f,
                   0.00122518896f,   -5.01188697e-05f, -0.0010429417f,  0.000756557158f, 0.0029328824f,
                   -0.000517529319f, -6.65107145e-05f, -0.00133418338f, 0.00246109837f,  -0.000984783401f,
                   -0.00178617821f,  0.00110060116f};
  const Block w = {0.95773828f,     0.000178569069f, 21.60392f,     0.0910652727f,   5.60885519e-06f, 0.506816924f,
                   4.63182141e-06f, 9.11285097e-05f, 10.3212652f,   0.000666149892f, 0.00156752602f,  35.879406f,
                   0.0153511893f,   0.490729153f,    8.12030315f,   84.2251511f,     0.0756450593f,   3767.51147f,
                   0.3768498f,      0.0116474759f,   0.0121586993f, 0.174714833f,    5.92109442f,     2.26561284f,
                   0.000322203559f, 0.00755652273f,  1.2510581f,    0.00139953301f,  0.00635029702f,  2.54611564f,
                   1.12211983e-05f, 56.8654022f};
  for (const Kernel kernel : every_kernel()) {
    const float found = ExactIntegers(16, kernel).best_scale(x.data(), w.data());
    const double reached = reference::error_at_scale(x, w, integer_levels(16), found);
    const double lowest = reference::lowest_error_of_half_scales(x.data(), w.data(), 16, reached);
    EXPECT_LT(reached / lowest - 1, 4e-6);
  }
}

TEST(ExactIntegers, ReproducesTheClassicExample) {
  Block x(32, 0.0f);
  x[0] = 0.1f, x[1] = 0.2f, x[2] = 0.3f, x[3] = 0.6f;
  ExactIntegers search(8, best_kernel());
  EXPECT_NEAR(std::fabs(search.best_scale(x.data())), 0.1, 1e-4);
}

}  // namespace
}  // namespace nibble
