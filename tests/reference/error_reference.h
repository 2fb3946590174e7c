#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

/// Error figures the slow way: one long double loop per figure, exact quantiles from the sorted errors, quantize-stats'
/// own bucket formula.
namespace nibble::reference {

struct ErrorFigures {
  uint64_t count = 0, zeros = 0, clipped = 0, nans = 0, infinities = 0;
  double rmse = 0, max_error = 0, bias = 0, sqnr_db = 0, root_mean_square = 0, weighted_rmse = 0;
  std::vector<double> sorted_errors;
  std::vector<uint64_t> coarse = std::vector<uint64_t>(150, 0);

  /// The smallest measured error that at least `share` of all errors do not exceed.
  double quantile(double share) const;
  double coarse_quantile(double share) const;
};

/// min(149, floor(|difference| / 0.03 * 150)), in f64, division first.
size_t coarse_bucket(double difference);

/// `importance`: one per weight, or empty. `low`, `high`: one pair for each `scale_length` weights, or empty.
ErrorFigures measure(const std::vector<float>& weights, const std::vector<float>& decoded,
                     const std::vector<float>& importance = {}, const std::vector<float>& low = {},
                     const std::vector<float>& high = {}, size_t scale_length = 1);

}  // namespace nibble::reference
