#pragma once
#include <vector>

/// Levels and what they leave, the slow way.
namespace nibble::reference {

/// sum (x - scale * l)^2 with the nearest of all levels for every x.
double nearest_level_error(const std::vector<float>& x, const std::vector<float>& levels, double scale);

struct Point {
  double value, weight;
};
/// The least sum of w (x - centre)^2 over all ways to cut sorted points into at most `count` runs.
double least_clustering_cost(const std::vector<Point>& sorted, int count);
/// What a list of centres leaves: every point goes to the nearest.
double clustering_cost(const std::vector<Point>& points, const std::vector<float>& centres);

}  // namespace nibble::reference
