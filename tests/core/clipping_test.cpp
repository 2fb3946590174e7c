// Why the exact searches need no scale finer than those they try, where all weights count the same: mixtures of scales
// whose mean error no finer scale can beat (docs/searches.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/test_data.h"
#include "numeric/kernel.h"
#include "numeric/value_tables.h"
#include "search/exact_integers_grids.h"
#include "search/exact_iq4.h"

namespace nibble {
namespace {

using Levels = std::vector<double>;  // ascending; the largest weight is positive

/// A side: which levels the largest weight meets, and the inverse scales T = max|x| / |scale| that are searched.
struct Side {
  Levels levels;
  double coarsest, finest;
};

template <class Grid>
std::vector<Side> sides_of_grid() {
  using Nodes = NIBBLE_TARGET::NodeTables<Grid>;
  Levels shorter, longer;
  for (int level = -Grid::reach; level < Grid::reach; ++level) {
    shorter.push_back(level);
    longer.push_back(level + 1);
  }
  return {{longer, Grid::T(0), Grid::T(Nodes::clipped - 1)}, {shorter, Grid::T(0), Grid::T(Nodes::node_count - 1)}};
}

std::vector<Side> sides_of_iq4() {
  Levels levels(iq4_values, iq4_values + 16), mirrored;
  for (size_t i = levels.size(); i-- > 0;) mirrored.push_back(-levels[i]);
  return {{levels, 42, iq4_finest_T[0]}, {mirrored, 42, iq4_finest_T[1]}};
}

/// The squared error of a weight u in units of the largest.
double error_at(const Levels& levels, double u, double T) {
  double least = 1e9;
  for (const double level : levels) least = std::min(least, std::fabs(u - level / T));
  return least * least;
}

/// The least of that for any T from `from` to `to`.
double least_error(const Levels& levels, double u, double from, double to) {
  for (const double level : levels) {
    if (u * level >= 0 && std::fabs(u) * from <= std::fabs(level) && std::fabs(level) <= std::fabs(u) * to) return 0;
  }
  return std::min(error_at(levels, u, from), error_at(levels, u, to));
}

void expect_no_finer_scale_needed(const std::string& name, const std::vector<Side>& sides) {
  std::ifstream file(std::string(test_data_folder) + "/clipping.json");
  const nlohmann::json mixtures = nlohmann::json::parse(file).at(name);
  std::vector<double> reached;
  for (const Side& side : sides) reached.push_back(side.finest);
  for (const auto& mixture : mixtures) {
    const size_t number = mixture.at("side");
    const Side& side = sides[number];
    const double from = mixture.at("from");
    const bool ends = !mixture.at("to").is_null();
    ASSERT_LE(from, reached[number]) << name << ": a gap";
    reached[number] = ends ? mixture.at("to").get<double>() : HUGE_VAL;

    struct Share {
      const Levels* levels;
      double T, share;
    };
    std::vector<Share> shares;
    double sum = 0;
    for (const auto& one : mixture.at("scales")) {
      const Side& searched = sides[one[1].get<size_t>()];
      const double T = one[0];
      ASSERT_TRUE(T >= searched.coarsest && T <= searched.finest) << name << ", T " << T;
      shares.push_back({&searched.levels, T, one[2]});
      sum += shares.back().share;
    }
    const auto mean = [&](double u) {
      double error = 0;
      for (const Share& one : shares) error += one.share / sum * error_at(*one.levels, u, one.T);
      return error;
    };
    // What the mean exceeds the finer scales' least error by. Both are parabolas of the same curvature (or the second
    // is 0) in between the middles of levels, where the first alone has cusps upwards: it is largest there, or at the
    // ends.
    double excess = -1;
    const auto look_at = [&](double u) {
      if (std::fabs(u) > 1) return;
      excess = std::max(excess, mean(u) - (ends ? least_error(side.levels, u, from, reached[number]) : 0.0));
    };
    look_at(1), look_at(-1);
    for (const Share& one : shares) {
      for (size_t k = 1; k < one.levels->size(); ++k) {
        look_at(0.5 * ((*one.levels)[k - 1] + (*one.levels)[k]) / one.T);
      }
    }
    // The largest weight is clipped from `from` on, and more so by finer scales.
    const double clipped = 1 - side.levels.back() / from;
    // A thousandth for what half floats lose, which is some 1e-6.
    EXPECT_LT(mean(1) + 31 * excess, clipped * clipped * 0.999) << name << ", side " << number << ", from T " << from;
  }
  for (size_t number = 0; number < sides.size(); ++number) {
    EXPECT_EQ(reached[number], HUGE_VAL) << name << ", side " << number << ": finer scales are not spoken of";
  }
}

TEST(Clipping, NoFinerScaleIsNeededWhereWeightsCountTheSame) {
  expect_no_finer_scale_needed("Q4_0", sides_of_grid<NIBBLE_TARGET::Grid4>());
  expect_no_finer_scale_needed("Q4_0", sides_of_grid<NIBBLE_TARGET::Grid4Whole>());
  expect_no_finer_scale_needed("Q5_0", sides_of_grid<NIBBLE_TARGET::Grid5>());
  expect_no_finer_scale_needed("Q5_0", sides_of_grid<NIBBLE_TARGET::Grid5Whole>());
  expect_no_finer_scale_needed("Q8_0", sides_of_grid<NIBBLE_TARGET::Grid8>());
  expect_no_finer_scale_needed("Q8_0", sides_of_grid<NIBBLE_TARGET::Grid8Whole>());
  expect_no_finer_scale_needed("IQ4_NL", sides_of_iq4());
}

}  // namespace
}  // namespace nibble
