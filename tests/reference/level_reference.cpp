#include "reference/level_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nibble::reference {

double nearest_level_error(const std::vector<float>& x, const std::vector<float>& levels, double scale) {
  double sum = 0;
  for (const float value : x) {
    double least = std::numeric_limits<double>::infinity();
    for (const float level : levels) least = std::min(least, std::fabs(value - scale * level));
    sum += least * least;
  }
  return sum;
}

double least_clustering_cost(const std::vector<Point>& sorted, int count) {
  const size_t n = sorted.size();
  const auto cost_of_run = [&](size_t from, size_t to) {
    double mass = 0, first = 0, cost = 0;
    for (size_t i = from; i < to; ++i) {
      mass += sorted[i].weight;
      first += sorted[i].weight * sorted[i].value;
    }
    for (size_t i = from; i < to; ++i) cost += sorted[i].weight * std::pow(sorted[i].value - first / mass, 2);
    return cost;
  };
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (int cluster = 0; cluster < count; ++cluster) {
    std::vector<double> next = best;
    for (size_t to = 1; to <= n; ++to) {
      for (size_t from = 0; from < to; ++from) next[to] = std::min(next[to], best[from] + cost_of_run(from, to));
    }
    best = next;
  }
  return best[n];
}

double clustering_cost(const std::vector<Point>& points, const std::vector<float>& centres) {
  double sum = 0;
  for (const Point& point : points) {
    double least = std::numeric_limits<double>::infinity();
    for (const float centre : centres) least = std::min(least, std::pow(point.value - centre, 2));
    sum += point.weight * least;
  }
  return sum;
}

}  // namespace nibble::reference
