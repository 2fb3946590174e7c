#include "calibration/metric.h"

#include <algorithm>
#include <cmath>

#include "calibration/rounding_math.h"
#include "error.h"

namespace nibble::calibration {

void damp(Metric& metric) {
  const size_t n = metric.columns;
  for (const float value : metric.values) {
    if (std::isfinite(value)) continue;
    throw Error("What a matrix met in the text is not finite. The model's weights are damaged, or too large.");
  }
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += double{metric.diagonal(i)};
  // Sums so small that their squares vanish would divide by zero.
  const double mean = sum / static_cast<double>(n);
  const bool usable = mean > 1e-30;
  if (!usable) std::fill(metric.values.begin(), metric.values.end(), 0.0f);
  const float added = usable ? static_cast<float>(mean * double{damping}) : 1.0f;
  for (size_t i = 0; i < n; ++i) metric.values[i * n + i] += added;
}

namespace {

/// Gaussian elimination from the last column on. Row i lies in lane i % lanes of group i / lanes, columns 0..i alone;
/// the metric is symmetric.
class Elimination {
 public:
  Elimination(const Metric& metric, Kernel kernel)
      : n_(metric.columns), math_(rounding_math(kernel)), groups_((n_ + lanes - 1) / lanes * lanes * n_) {
    for (size_t i = 0; i < n_; ++i) {
      for (size_t c = 0; c <= i; ++c) at(i, c) = metric.values[i * n_ + c];
    }
    factor_.rows.resize(n_ * n_);
    factor_.diagonal.resize(n_);
  }

  Factor run() {
    for (size_t end = n_; end > 0;) {
      const size_t first = (end - 1) / tile_columns * tile_columns;
      eliminate(first, end);
      end = first;
    }
    for (size_t i = 0; i < n_; ++i) {
      factor_.rows[i * n_ + i] = 1;
      for (size_t c = 0; c < i; ++c) factor_.rows[c * n_ + i] = factor_.rows[i * n_ + c];
    }
    return std::move(factor_);
  }

 private:
  float& at(size_t row, size_t column) { return groups_[row / lanes * lanes * n_ + column * lanes + row % lanes]; }

  /// Columns end - 1 down to `first`. Rows of the block hear of each column at once, the others at the end.
  void eliminate(size_t first, size_t end) {
    uint32_t columns[tile_columns];
    float changes[tile_columns * lanes];
    for (size_t j = end; j-- > first;) {
      const float own = at(j, j);
      if (!(own > 0)) {
        throw Error(
            "What a matrix met in the text is no usable measure of its errors. This is a fault in the program.");
      }
      factor_.diagonal[j] = own;
      for (size_t c = 0; c < j; ++c) factor_.rows[j * n_ + c] = at(j, c) / own;
      const auto column = static_cast<uint32_t>(j);
      for (size_t group = first / lanes; group * lanes < j; ++group) {
        collect(group, j, changes);
        math_.subtract(&groups_[group * lanes * n_], 0, std::min(j, group * lanes + lanes), factor_.rows.data(), n_,
                       &column, changes, 1);
      }
    }
    for (size_t group = 0; group * lanes < first; ++group) {
      size_t count = 0;
      for (size_t j = end; j-- > first; ++count) {
        columns[count] = static_cast<uint32_t>(j);
        collect(group, j, changes + count * lanes);
      }
      math_.subtract(&groups_[group * lanes * n_], 0, std::min(first, group * lanes + lanes), factor_.rows.data(), n_,
                     columns, changes, count);
    }
  }

  /// Column j of the rows of a group that are not done.
  void collect(size_t group, size_t j, float* changes) {
    for (size_t l = 0; l < lanes; ++l) {
      const size_t row = group * lanes + l;
      changes[l] = row < j ? at(j, row) : 0.0f;
    }
  }

  size_t n_;
  const RoundingMath& math_;
  std::vector<float> groups_;
  Factor factor_;
};

}  // namespace

Factor factor(const Metric& metric, Kernel kernel) { return Elimination(metric, kernel).run(); }

}  // namespace nibble::calibration
