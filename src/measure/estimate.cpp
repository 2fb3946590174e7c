#include "measure/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nibble {
namespace {

Estimate with_interval(double value, double variance, const Coverage& coverage, double smallest) {
  VarianceSum sum;
  sum.add(variance, coverage);
  const double half = sum.half_width();
  return {value, std::sqrt(variance), std::max(smallest, value - half), value + half};
}

}  // namespace

double interval_factor(double degrees) {
  constexpr double z = 2.575829303548901, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  constexpr double first = (z3 + z) / 4, second = (5 * z5 + 16 * z3 + 3 * z) / 96,
                   third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
  if (!(degrees >= 1)) return std::numeric_limits<double>::infinity();
  if (degrees < 1.5) return 63.6567;  // the expansion is too small here
  const double n = 1 / degrees;
  return z + n * (first + n * (second + n * third));
}

double residual_variance(const RowMoments& a, const RowMoments& b, double ratio, const Coverage& coverage) {
  if (coverage.whole()) return 0;
  if (coverage.measured < 2) return std::numeric_limits<double>::infinity();
  const double n = static_cast<double>(coverage.measured), rows = static_cast<double>(coverage.rows);
  const double sum = a.sum - ratio * b.sum;
  const double squares = a.squares - 2 * ratio * a.cross + ratio * ratio * b.squares;
  const double between = std::max(0.0, squares - sum * sum / n) / (n - 1);
  return rows * rows * (1 - n / rows) / n * between;
}

Estimate estimated_sum(const RowMoments& a, const Coverage& coverage) {
  return with_interval(coverage.scale() * a.sum, residual_variance(a, {}, 0, coverage), coverage, a.sum);
}

Estimate estimated_ratio(const RowMoments& a, const RowMoments& b, const Coverage& coverage) {
  if (!(b.sum > 0)) return {};
  const double ratio = a.sum / b.sum, whole = coverage.scale() * b.sum;
  return with_interval(ratio, residual_variance(a, b, ratio, coverage) / (whole * whole), coverage, 0);
}

void VarianceSum::add(double variance, const Coverage& coverage) {
  if (variance == 0) return;
  variance_ += variance;
  over_degrees_ += variance * variance / std::max(1.0, static_cast<double>(coverage.measured) - 1);
}

double VarianceSum::half_width() const {
  if (variance_ == 0) return 0;
  if (std::isinf(variance_)) return variance_;
  return std::sqrt(variance_) * interval_factor(variance_ * variance_ / over_degrees_);
}

}  // namespace nibble
