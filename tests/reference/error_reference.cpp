#include "reference/error_reference.h"

#include <algorithm>
#include <cmath>

namespace nibble::reference {

size_t coarse_bucket(double difference) {
  const double bucket = std::floor(std::fabs(difference) / 0.03 * 150);
  return bucket < 149 ? static_cast<size_t>(bucket) : 149;
}

double ErrorFigures::quantile(double share) const {
  for (size_t i = 0; i < sorted_errors.size(); ++i) {
    if (static_cast<double>(i + 1) >= static_cast<double>(sorted_errors.size()) * share) return sorted_errors[i];
  }
  return 0;
}

double ErrorFigures::coarse_quantile(double share) const {
  double reached = 0;
  for (size_t i = 0; i < coarse.size(); ++i) {
    reached += static_cast<double>(coarse[i]);
    if (reached >= static_cast<double>(count) * share) return static_cast<double>(i + 1) * 0.03 / 150;
  }
  return 0.03;
}

ErrorFigures measure(const std::vector<float>& weights, const std::vector<float>& decoded,
                     const std::vector<float>& importance, const std::vector<float>& low,
                     const std::vector<float>& high, size_t scale_length) {
  ErrorFigures figures;
  long double squared_error = 0, squared_weight = 0, error = 0, weighted = 0, importances = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!low.empty()) figures.clipped += weights[i] < low[i / scale_length] || weights[i] > high[i / scale_length];
    const volatile float rounded = weights[i] - decoded[i];  // one f32 rounding
    const double difference = rounded;
    if (std::isnan(weights[i]) || std::isnan(decoded[i])) {
      ++figures.nans;
      continue;
    }
    if (!std::isfinite(difference)) {
      ++figures.infinities;
      continue;
    }
    ++figures.count;
    figures.zeros += weights[i] != 0 && decoded[i] == 0;
    squared_error += static_cast<long double>(difference) * difference;
    squared_weight += static_cast<long double>(weights[i]) * weights[i];
    error -= difference;
    if (!importance.empty()) {
      weighted += static_cast<long double>(difference) * difference * importance[i];
      importances += importance[i];
    }
    figures.sorted_errors.push_back(std::fabs(difference));
    ++figures.coarse[coarse_bucket(difference)];
  }
  std::sort(figures.sorted_errors.begin(), figures.sorted_errors.end());
  if (figures.count == 0) return figures;
  const long double n = static_cast<long double>(figures.count);
  figures.rmse = static_cast<double>(std::sqrt(squared_error / n));
  figures.root_mean_square = static_cast<double>(std::sqrt(squared_weight / n));
  figures.bias = static_cast<double>(error / n);
  figures.max_error = figures.sorted_errors.back();
  figures.sqnr_db = static_cast<double>(10 * std::log10(squared_weight / squared_error));
  figures.weighted_rmse = static_cast<double>(std::sqrt(weighted / importances));
  return figures;
}

}  // namespace nibble::reference
