#pragma once
#include <cstdint>

/// From rows to tensors: estimates of sums over all rows of a tensor from some of them, with their uncertainty. Rows
/// are clusters of weights that may be alike, so uncertainty is judged from the spread between rows, never from the
/// number of weights. Rows are taken as drawn without order (see sample.h); that overstates the spread where neighbours
/// are alike, because the sample visits all parts of the tensor.
namespace nibble {

/// A figure of each measured row, together with a second one: sums over rows.
struct RowMoments {
  double sum = 0;      ///< sum a
  double squares = 0;  ///< sum a^2
  double cross = 0;    ///< sum a b, where b is the other figure of the row

  void add(double a, double b) {
    sum += a;
    squares += a * a;
    cross += a * b;
  }
};

/// A value with its standard error and the 95 % interval made from it.
struct Estimate {
  double value = 0;
  double standard_error = 0;
  double low = 0, high = 0;
};

/// How many of how many rows were measured.
struct Coverage {
  uint64_t measured, rows;

  bool whole() const { return measured >= rows; }
  double scale() const { return measured ? static_cast<double>(rows) / static_cast<double>(measured) : 0; }
};

/// The factor of the standard error that makes an interval: Student's two-sided 99 % point for this many degrees of
/// freedom, by the expansion of Cornish and Fisher (within 1 % of the table from 5 degrees on, 0.1 % from 10). 99 and
/// not 95, because the errors of rows are skewed: a few rows have far more than the others, and a small sample misses
/// them more often than Student's law says. With this factor at least 95 % of the tensors and types of the sample
/// models lie in their interval (the test Estimate.HoldsTheWholeTensorsError...), so that is what the interval claims.
double interval_factor(double degrees);

/// The variance of scale() * sum(a - ratio * b): rows^2 (1 - measured / rows) / measured times the variance between
/// rows. 0 when all rows were measured; infinite when fewer than two were.
double residual_variance(const RowMoments& a, const RowMoments& b, double ratio, const Coverage& coverage);

/// The sum of a over all rows. `low` is never below what was measured.
Estimate estimated_sum(const RowMoments& a, const Coverage& coverage);
/// sum a / sum b over all rows: the ratio estimator, with its variance to first order.
Estimate estimated_ratio(const RowMoments& a, const RowMoments& b, const Coverage& coverage);

/// Adds up independent estimates: the variance of the sum and the degrees of freedom of that variance (Welch and
/// Satterthwaite).
class VarianceSum {
 public:
  void add(double variance, const Coverage& coverage);
  double variance() const { return variance_; }
  double half_width() const;

 private:
  double variance_ = 0, over_degrees_ = 0;
};

}  // namespace nibble
