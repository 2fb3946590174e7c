#include "calibration/output_change.h"

#include <algorithm>
#include <limits>

#include "codec/methods.h"

namespace nibble::calibration {

double output_energy(const Metric& metric, const float* rows, size_t count) {
  constexpr size_t together = 8;  // rows that each row of H serves when it was read
  const size_t columns = metric.columns;
  std::vector<float> pulls(together * columns);
  double sum = 0;
  for (size_t first = 0; first < count; first += together) {
    const size_t some = std::min(together, count - first);
    std::fill(pulls.begin(), pulls.end(), 0.0f);
    // H is symmetric: what lies below its diagonal is enough.
    for (size_t i = 0; i < columns; ++i) {
      const float* below = &metric.values[i * columns];
      for (size_t row = 0; row < some; ++row) {
        const float value = rows[(first + row) * columns + i];
        float* pull = &pulls[row * columns];
        for (size_t j = 0; j < i; ++j) pull[j] += value * below[j];
      }
    }
    for (size_t row = 0; row < some; ++row) {
      for (size_t i = 0; i < columns; ++i) {
        const double value = rows[(first + row) * columns + i];
        sum += value * (2 * double{pulls[row * columns + i]} + value * double{metric.diagonal(i)});
      }
    }
  }
  return sum;
}

OutputChange::OutputChange(InputStatistics statistics, RoundingMethod rounding, bool calibrates, Kernel kernel)
    : statistics_(std::move(statistics)), rounding_(rounding), calibrates_(calibrates), kernel_(kernel) {}

void OutputChange::begin(const Format& format) {
  rounder_.reset();
  round_trip_.reset();
  if (calibrates_ && can_calibrate(format)) {
    rounder_.emplace(format, statistics_, rounding_, kernel_);
  } else {
    const Quantizer* quantizer = quantizer_or_default(format.type, lowest_error_method, kernel_);
    round_trip_.emplace(format, quantizer ? *quantizer : named_quantizer(format, lowest_error_method, kernel_),
                        kernel_);
  }
  row_bytes_ = static_cast<size_t>(format.bytes_for(columns()));
}

double OutputChange::error(const float* rows, size_t count) {
  if (rounder_) {
    blocks_.resize(count * row_bytes_);
    const OutputErrors left = rounder_->round(rows, count, nullptr, blocks_.data());
    return std::min(left.calibrated, left.plain);
  }
  blocks_.resize(row_bytes_);
  off_.resize(count * columns());
  for (size_t row = 0; row < count; ++row) {
    const float* own = rows + row * columns();
    const float* read = round_trip_->run(own, blocks_.data(), columns(), nullptr);
    if (round_trip_->first_lost(blocks_.data(), columns()) < columns()) return std::numeric_limits<double>::quiet_NaN();
    for (size_t i = 0; i < columns(); ++i) off_[row * columns() + i] = own[i] - read[i];
  }
  return output_energy(statistics_.held_back, off_.data(), count);
}

}  // namespace nibble::calibration
