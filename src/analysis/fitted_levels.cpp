#include "analysis/fitted_levels.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace nibble {

void LevelHistogram::add(const float* x, size_t n) {
  float largest = 0;
  for (size_t i = 0; i < n; ++i) largest = std::max(largest, std::fabs(x[i]));
  if (largest == 0) return;
  const double weight = static_cast<double>(largest) * largest;
  for (size_t i = 0; i < n; ++i) {
    const double value = static_cast<double>(x[i]) / largest;
    const auto bucket = static_cast<size_t>(std::clamp((value + 1) / 2 * buckets, 0.0, buckets - 1.0));
    count_[bucket] += 1;
    mass_[bucket] += weight;
    first_[bucket] += weight * value;
    second_[bucket] += weight * value * value;
  }
}

std::vector<float> LevelHistogram::quantile_levels(int count) const {
  double total = 0;
  for (const double one : count_) total += one;
  std::vector<float> levels;
  double before = 0;
  size_t bucket = 0;
  for (int i = 0; i < count && total > 0; ++i) {
    const double wanted = total * (i + 0.5) / count;
    while (bucket + 1 < buckets && before + count_[bucket] < wanted) before += count_[bucket++];
    const double inside = count_[bucket] > 0 ? std::clamp((wanted - before) / count_[bucket], 0.0, 1.0) : 0.5;
    const auto level = static_cast<float>((static_cast<double>(bucket) + inside) / buckets * 2 - 1);
    if (levels.empty() || level > levels.back()) levels.push_back(level);
  }
  return levels;
}

namespace {

/// Points in order, with what the cost of joining a run of them needs.
class Clusters {
 public:
  void add(double mass, double first, double second) {
    mass_.push_back(mass_.back() + mass);
    first_.push_back(first_.back() + first);
    second_.push_back(second_.back() + second);
  }
  size_t size() const { return mass_.size() - 1; }
  /// Sum of squared errors of the points from..to-1 around their mean.
  double cost(size_t from, size_t to) const {
    const double mass = mass_[to] - mass_[from], first = first_[to] - first_[from];
    return mass > 0 ? std::max(0.0, second_[to] - second_[from] - first * first / mass) : 0.0;
  }
  double mean(size_t from, size_t to) const { return (first_[to] - first_[from]) / (mass_[to] - mass_[from]); }

 private:
  std::vector<double> mass_ = {0}, first_ = {0}, second_ = {0};
};

}  // namespace

std::vector<std::vector<float>> LevelHistogram::optimal_levels(const std::vector<int>& counts) const {
  Clusters points;
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    if (mass_[bucket] > 0) points.add(mass_[bucket], first_[bucket], second_[bucket]);
  }
  const size_t n = points.size();
  const size_t most =
      counts.empty() ? 0 : std::min<size_t>(n, static_cast<size_t>(*std::max_element(counts.begin(), counts.end())));
  std::vector<std::vector<float>> lists(counts.size());
  if (most == 0) return lists;

  // best[j]: the least cost of the first j points in the clusters so far; split[c][j]: where the last of c + 1 begins.
  std::vector<double> best(n + 1), next(n + 1);
  std::vector<std::vector<uint16_t>> split(most, std::vector<uint16_t>(n + 1));
  for (size_t j = 1; j <= n; ++j) best[j] = points.cost(0, j);
  for (size_t c = 1; c < most; ++c) {
    // The best split moves right with j, so the split in the middle bounds those on both sides.
    const std::function<void(size_t, size_t, size_t, size_t)> solve = [&](size_t low, size_t high, size_t first,
                                                                          size_t last) {
      const size_t middle = (low + high) / 2;
      double least = std::numeric_limits<double>::infinity();
      size_t at = first;
      for (size_t i = std::max(first, c); i <= std::min(last, middle - 1); ++i) {
        const double cost = best[i] + points.cost(i, middle);
        if (cost < least) {
          least = cost;
          at = i;
        }
      }
      next[middle] = least;
      split[c][middle] = static_cast<uint16_t>(at);
      if (low < middle) solve(low, middle - 1, first, at);
      if (middle < high) solve(middle + 1, high, at, last);
    };
    solve(c + 1, n, c, n - 1);
    std::swap(best, next);
  }
  for (size_t list = 0; list < counts.size(); ++list) {
    size_t end = n;
    for (size_t c = std::min(most, static_cast<size_t>(counts[list])); c-- > 0;) {
      const size_t begin = c == 0 ? 0 : split[c][end];
      lists[list].push_back(static_cast<float>(points.mean(begin, end)));
      end = begin;
    }
    std::reverse(lists[list].begin(), lists[list].end());
  }
  return lists;
}

}  // namespace nibble
