#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

/// Levels fitted to weights. They work on a histogram of 2048 equal buckets of the weights divided by their block's
/// largest magnitude, from -1 to 1; a bucket counts at the mean of what fell into it.
namespace nibble {

class LevelHistogram {
 public:
  static constexpr int buckets = 2048;

  /// Adds a block. A block of zeros adds nothing.
  void add(const float* x, size_t n);

  /// How many weights fell into each bucket.
  const std::vector<double>& counts() const { return count_; }

  /// Quantiles at the middles of `count` parts of equal mass: (i + 1/2) / count. Equal ones are joined.
  std::vector<float> quantile_levels(int count) const;

  /// The levels with the least sum of squared errors, where a weight counts by the square of its block's largest
  /// magnitude, so that the errors are those of the weights themselves: exact one-dimensional k-means on the buckets by
  /// dynamic programming (divide and conquer over monotone splits). One list for each of `counts`, ascending; a list is
  /// shorter when there are fewer buckets with something in them.
  std::vector<std::vector<float>> optimal_levels(const std::vector<int>& counts) const;

 private:
  std::vector<double> count_ = std::vector<double>(buckets);
  std::vector<double> mass_ = count_, first_ = count_, second_ = count_;  // sum of w, w x, w x^2
};

}  // namespace nibble
