#pragma once
#include <optional>
#include <vector>

#include "calibration/rounder.h"
#include "codec/round_trip.h"

namespace nibble::calibration {

/// e^T H e, summed over rows of H's columns.
double output_energy(const Metric& metric, const float* rows, size_t count);

/// What types change of the outputs of rows of matrices that meet one input. Codes are calibrated where a type has
/// levels to choose from, and judged by tokens that chose none of them; where they are no better there than those of
/// lowest-error, those count, as in a file.
class OutputChange {
 public:
  /// `statistics`: without `cross`. Types that are not calibrated, all of them without `calibrates` (too few tokens),
  /// are written by the method lowest-error, or their default where they have none of this name.
  OutputChange(InputStatistics statistics, RoundingMethod rounding, bool calibrates, Kernel kernel = best_kernel());

  size_t columns() const { return statistics_.inputs.columns; }
  /// The mean square, over tokens, of what `count` rows of columns() finite weights put out, summed over them: w^T H w.
  double output(const float* rows, size_t count) const { return output_energy(statistics_.held_back, rows, count); }
  /// Rows are this type's from now on. Throws Error when it cannot be written.
  void begin(const Format& format);
  /// The same of what the type that has begun changes of it: e^T H e. NaN where the type cannot hold a row.
  double error(const float* rows, size_t count);

 private:
  InputStatistics statistics_;
  RoundingMethod rounding_;
  bool calibrates_;
  Kernel kernel_;
  std::optional<Rounder> rounder_;
  std::optional<RoundTrip> round_trip_;
  size_t row_bytes_ = 0;
  std::vector<uint8_t> blocks_;
  std::vector<float> off_;
};

}  // namespace nibble::calibration
