#include "measure/row_errors.h"

#include <algorithm>
#include <limits>

#include "stats/error_buckets.h"

namespace nibble {
RowErrors::RowErrors(std::string_view from, std::span<const std::string> types, std::string_view method, Kernel kernel)
    : source_(from, kernel),
      grids_(from, kernel),
      kernels_(&error_kernels(kernel)),
      counters_(error_buckets::count * histogram_sides) {
  for (const std::string& name : types) {
    const Format& format = named_format(name);
    const Quantizer* quantizer = quantizer_or_default(format.type, method, kernel);
    targets_.emplace_back(format, quantizer ? *quantizer : named_quantizer(format, method, kernel), kernel);
  }
}

void RowErrors::run(const uint8_t* rows, size_t count, size_t row_length, uint64_t first_row, const float* importance,
                    double* out) {
  size_t most_bytes = 0;
  for (const RoundTrip& target : targets_) {
    most_bytes = std::max(most_bytes, static_cast<size_t>(target.format().bytes_for(row_length)));
  }
  blocks_.resize(most_bytes);
  const TensorStretch stretch = {count * row_length, first_row * row_length, row_length};
  for (size_t row = 0; row < count; ++row) {
    measure_row(source_.decode(rows, stretch, row * row_length, row_length), row_length, importance, out);
    out += figures();
  }
}

void RowErrors::measure_row(const float* values, size_t length, const float* importance, double* out) {
  double squares = 0, weighted = 0;
  for (size_t i = 0; i < length; ++i) {
    const double square = static_cast<double>(values[i]) * static_cast<double>(values[i]);
    squares += square;
    if (importance != nullptr) weighted += square * static_cast<double>(importance[i]);
  }
  *out++ = squares;
  *out++ = weighted;
  for (RoundTrip& target : targets_) {
    const float* decoded = target.run(values, blocks_.data(), length, importance);
    ErrorSums sums;
    kernels_->measure({values, decoded, length, importance}, 0, sums, counters_.data());
    const bool holds = sums.nans == 0 && sums.infinities == 0 && target.first_lost(blocks_.data(), length) == length;
    *out++ = holds ? ErrorSums::fold(sums.squared_error) : std::numeric_limits<double>::quiet_NaN();
    *out++ = holds ? ErrorSums::fold(sums.weighted_squared_error) : std::numeric_limits<double>::quiet_NaN();
  }
  grids_.run(values, length, out);
}

}  // namespace nibble
