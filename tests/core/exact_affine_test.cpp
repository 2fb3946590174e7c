#include "search/exact_affine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/kernel_inputs.h"
#include "numeric/half_order.h"
#include "search/affine_cover.h"
#include "search/affine_methods.h"

namespace nibble {
namespace {

using testing::Random;

/// Blocks of n weights that searches get wrong.
std::vector<float> hard_block(Random& random, uint32_t kind, size_t n) {
  std::vector<float> x(n);
  for (size_t i = 0; i < n; ++i) {
    switch (kind % 10) {
      case 0: x[i] = 0.02f * random.gauss(); break;
      case 1: x[i] = (i == n / 2 ? 0.4f : 0.02f) * random.gauss(); break;
      case 2: x[i] = 0.3f * random.sign(); break;
      case 3: x[i] = random.below(5) ? 0.0f : random.gauss(); break;
      case 4: x[i] = 0.05f + std::fabs(0.02f * random.gauss()); break;
      case 5: x[i] = 0.125f * (static_cast<float>(random.below(9)) - 4); break;
      case 6: x[i] = 1 + 0.02f * random.gauss(); break;
      case 7: x[i] = -0.7f; break;
      case 8: x[i] = 1e6f * random.gauss(); break;
      default: x[i] = random.uniform() * random.uniform() * random.uniform(); break;
    }
  }
  return x;
}

/// Rounds and fits in turn from many starts: no proof, but hard to beat.
double best_of_many_starts(const AffineProblem& problem, Random& random, int starts) {
  const auto [low, high] = std::minmax_element(problem.x, problem.x + problem.n);
  double best = 1e300;
  for (int start = 0; start < starts; ++start) {
    double scale = (*high - *low) / (problem.last * (0.5 + random.uniform()));
    double offset = *low + (random.uniform() - 0.4) * 4 * scale;
    for (int round = 0; round < 12 && scale > 0; ++round) {
      double W = 0, X = 0, Q = 0, QQ = 0, QX = 0;
      for (size_t i = 0; i < problem.n; ++i) {
        const double w = problem.weight(i), q = affine_code(problem.x[i], scale, offset, problem.last);
        W += w, X += w * problem.x[i], Q += w * q, QQ += w * q * q, QX += w * q * problem.x[i];
      }
      const double determinant = W * QQ - Q * Q;
      if (!(determinant > 0)) break;
      scale = (W * QX - X * Q) / determinant;
      offset = (X - scale * Q) / W;
      if (problem.offset_at_most_zero && offset > 0) {
        offset = 0;
        scale = QX / QQ;
      }
      best = std::min(best, affine_error(problem, scale, offset));
    }
  }
  return best;
}

TEST(ExactAffine, NothingBeatsItOverRealNumbers) {
  Random random(5);
  ExactAffine search;
  for (uint32_t round = 0; round < 400; ++round) {
    const size_t n = round % 3 ? 32 : 1 + random.below(256);
    const std::vector<float> x = hard_block(random, round, n);
    std::vector<float> w(n);
    for (float& weight : w) weight = random.below(4) ? random.uniform() * 4 : 0.0f;
    AffineProblem problem{x.data(), round % 4 ? nullptr : w.data(), n,
                          round % 5 == 0 ? 3
                          : round % 2    ? 15
                                         : 31,
                          Storage::real};
    problem.offset_at_most_zero = round % 7 == 0;
    const AffineOptimum optimum = search.optimum(problem);
    EXPECT_TRUE(optimum.proven) << round;
    const double error = affine_error(problem, optimum.scale, optimum.offset);
    double squares = 0;
    for (size_t i = 0; i < n; ++i) squares += problem.weight(i) * x[i] * x[i];
    EXPECT_NEAR(error, optimum.error, 1e-9 * squares) << round;
    EXPECT_LE(error, best_of_many_starts(problem, random, 60) + 1e-11 * squares) << round;
    // A fine grid over both numbers, far beyond where they could be.
    const auto [low, high] = std::minmax_element(x.begin(), x.end());
    const double range = *high - *low;
    for (int a = 1; a <= 60; ++a) {
      for (int b = 0; b <= 60; ++b) {
        const double scale = range / problem.last * a / 30, offset = *low - range / 2 + range * 1.5 * b / 60;
        if (problem.offset_at_most_zero && offset > 0) continue;
        ASSERT_LE(error, affine_error(problem, scale, offset) + 1e-11 * squares) << round;
      }
    }
  }
}

TEST(ExactAffine, FindsTheBestPairOfHalfFloatsThereIs) {
  // Weights of a few units of the smallest half float: every pair can be tried.
  constexpr double unit = 0x1p-24;
  Random random(6);
  ExactAffine search;
  for (int round = 0; round < 60; ++round) {
    const size_t n = 1 + random.below(40);
    const double size = 3 + random.below(40);
    std::vector<float> x(n), w(n);
    for (float& value : x)
      value = static_cast<float>(unit * size * (random.uniform() - 0.3f * static_cast<float>(round % 3)));
    for (float& weight : w) weight = 0.1f + random.uniform();
    const AffineProblem problem{x.data(), round % 2 ? w.data() : nullptr, n, round % 3 ? 15 : 31, Storage::f16};
    const AffineOptimum optimum = search.optimum(problem);
    EXPECT_TRUE(optimum.proven);
    EXPECT_EQ(optimum.scale, half_at(half_nearest(optimum.scale)));
    EXPECT_EQ(optimum.offset, half_at(half_nearest(optimum.offset)));
    double best = 1e300;
    for (int i = 0; i <= 2 * size; ++i) {
      for (int j = -35 * static_cast<int>(size); j <= size + 1; ++j) {
        best = std::min(best, affine_error(problem, half_at(i), half_at(j)));
      }
    }
    EXPECT_LE(affine_error(problem, optimum.scale, optimum.offset), best * (1 + 1e-9)) << round;
  }
}

TEST(ExactAffine, NoPairOfHalfFloatsNearAnyFitIsBetter) {
  Random random(7);
  ExactAffine search;
  AffineScratch scratch;
  for (uint32_t round = 0; round < 300; ++round) {
    const size_t n = round % 3 ? 32 : 1 + random.below(256);
    const std::vector<float> x = hard_block(random, round, n);
    const AffineProblem problem{x.data(), nullptr, n, round % 2 ? 15 : 31, Storage::f16};
    const AffineOptimum optimum = search.optimum(problem);
    const double error = affine_error(problem, optimum.scale, optimum.offset);
    EXPECT_TRUE(optimum.proven) << round;
    for (const AffineMethod& method : all_affine_methods()) {
      const AffineChoice choice = method.choose(problem, scratch);
      const int d = half_nearest(choice.scale), m = half_nearest(choice.offset);
      EXPECT_EQ(choice.scale, half_at(d)) << method.name;
      EXPECT_EQ(choice.offset, half_at(m)) << method.name;
      for (int i = std::max(0, d - 6); i <= d + 6; ++i) {
        for (int j = m - 6; j <= m + 6; ++j) {
          ASSERT_LE(error, affine_error(problem, half_at(i), half_at(j)) * (1 + 1e-9))
              << method.name << " round " << round;
        }
      }
    }
  }
}

TEST(AffineCover, HoldsEveryPointBelowTheLimit) {
  Random random(10);
  const std::unique_ptr<AffineCover> searched = make_affine_cover(best_kernel());
  AffineCover& cover = *searched;
  uint32_t checked = 0;
  for (uint32_t round = 0; round < 200; ++round) {
    const size_t n = round % 3 ? 32 : 3 + random.below(60);
    const std::vector<float> x = hard_block(random, round % 10 == 7 ? 0 : round, n);
    const int last = round % 5 == 0 ? 3 : round % 2 ? 15 : 31;
    std::vector<double> y(x.begin(), x.end()), w(n, 1.0);
    std::vector<float> weights(n, 1.0f);
    if (round % 4 == 0) {
      for (size_t i = 0; i < n; ++i) w[i] = weights[i] = 0.1f + 3 * random.uniform();
    }
    double W = 0, mean = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) W += w[i], mean += w[i] * y[i];
    mean /= W;
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    const double range = static_cast<double>(*most) - *least, low = (*least - mean) / range,
                 high = (*most - mean) / range;
    if (!(range > 0)) continue;
    std::vector<float> scaled(n);
    for (size_t i = 0; i < n; ++i) {
      y[i] = (y[i] - mean) / range;
      squares += w[i] * y[i] * y[i];
      scaled[i] = static_cast<float>(y[i]);
    }
    const AffineCover::Block block{y.data(), w.data(), static_cast<int>(n), last, round % 4 == 0, W, squares};
    const AffineProblem problem{scaled.data(), weights.data(), n, last, Storage::real};
    const AffineCover::Point fit = cover.good_fit(block);
    if (!(fit.d > 0)) continue;
    const double limit = affine_error(problem, fit.d, fit.m) * (1 + 0.2 * random.uniform());
    if (limit < AffineCover::least_limit * squares || !cover.cover(block, {1, low, high, 0.5}, limit)) continue;
    const auto is_inside = [&](double d, double m) {
      const double place = m + AffineCover::center_of(last) * d;
      for (const AffineCover::Triangle& triangle : cover.triangles()) {
        bool left = true, right = true;
        for (int i = 0; i < 3; ++i) {
          const AffineCover::Corner &a = cover.corner(triangle.corner[i]),
                                    &b = cover.corner(triangle.corner[(i + 1) % 3]);
          const double side =
              (static_cast<double>(b.d) - a.d) * (place - a.m) - (d - a.d) * (static_cast<double>(b.m) - a.m);
          left = left && side >= -1e-9;
          right = right && side <= 1e-9;
        }
        if (left || right) return true;
      }
      return false;
    };
    for (int point = 0; point < 4000; ++point) {
      // Near the fit, and anywhere in the region.
      const double d = point % 2 ? fit.d * (0.9 + 0.2 * random.uniform()) : random.uniform();
      const double m =
          point % 2 ? fit.m + (random.uniform() - 0.5) * fit.d : low - d / 2 + random.uniform() * (high - low + d / 2);
      if (d <= 0 || m < low - d / 2 || m > high || !(affine_error(problem, d, m) < limit * 0.999)) continue;
      ++checked;
      ASSERT_TRUE(is_inside(d, m)) << round << " at " << d << ", " << m;
    }
  }
  EXPECT_GT(checked, 1000u);
}

TEST(ExactAffine, EndsOnWeightsThatHalfFloatsCannotTellApart) {
  Random random(8);
  std::vector<float> x(32);
  for (float& value : x) value = 1000 + 1e-3f * random.gauss();
  ExactAffine search;
  const AffineOptimum optimum = search.optimum({x.data(), nullptr, 32, 31, Storage::f16});
  EXPECT_FALSE(optimum.proven);
  EXPECT_LE(optimum.evaluated, 2 * ExactAffine::most_evaluations);
  EXPECT_LT(optimum.error, 32 * 1e-4);
}

TEST(AffineMethods, GaussianErrorsStandInTheDocumentedRatios) {
  // RMSE over the optimum's on normally distributed weights of Q4_1.
  Random random(9);
  std::vector<float> x(32 * 300);
  testing::gauss(random, x.data(), x.size());
  AffineScratch scratch;
  std::vector<double> errors;
  for (const AffineMethod& method : all_affine_methods()) {
    errors.push_back(0);
    for (size_t at = 0; at < x.size(); at += 32) {
      const AffineProblem problem{&x[at], nullptr, 32, 15, Storage::f16};
      const AffineChoice choice = method.choose(problem, scratch);
      errors.back() += affine_error(problem, choice.scale, choice.offset);
    }
  }
  const auto ratio = [&](std::string_view name) {
    const size_t at = static_cast<size_t>(find_affine_method(name) - all_affine_methods().data());
    return std::sqrt(errors[at] / errors.back());
  };
  EXPECT_NEAR(ratio("min-max"), 1.145, 0.015);
  EXPECT_NEAR(ratio("grid"), 1.0116, 0.008);
  EXPECT_LT(ratio("lsq"), ratio("min-max"));
}

}  // namespace
}  // namespace nibble
