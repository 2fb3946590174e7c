#pragma once
#include <cstddef>
#include <vector>

#include "numeric/kernel.h"

/// What errors of a row of weights cost: with H = (1/N) sum of a a^T over the N inputs a that a matrix met, a row whose
/// weights are off by e changes the layer's output by e^T H e on average.
namespace nibble::calibration {

/// A symmetric matrix, row by row.
struct Metric {
  size_t columns = 0;
  std::vector<float> values;

  float diagonal(size_t i) const { return values[i * columns + i]; }
};

/// What is added to the diagonal, as a share of its mean: it keeps the directions that few tokens took from counting
/// for nothing.
inline constexpr float damping = 0.1f;

/// Adds `damping` times the mean of the diagonal to it. Throws Error when the metric holds a number that is not finite.
/// A metric of zeros becomes the unit matrix: every weight counts the same.
void damp(Metric& metric);

/// A damped metric as U D U^T, U unit upper triangular: what an error in a column k means for the columns behind it.
struct Factor {
  std::vector<float> rows;      ///< columns x columns: U above the diagonal, U^T below it, 1 on it
  std::vector<float> diagonal;  ///< D
};

/// columns^3 / 3 multiplications. Throws Error when the metric is not positive definite.
Factor factor(const Metric& metric, Kernel kernel = best_kernel());

}  // namespace nibble::calibration
