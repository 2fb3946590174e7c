#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/round_trip.h"
#include "codec/source_decoder.h"
#include "measure/grid_probe.h"
#include "stats/error_kernels.h"

namespace nibble {

/// Quantizes rows to several types at once and tells the error of each, row by row. A row is decoded once; what the
/// types make of it is thrown away. The scratch, of the size of one row, is kept between calls.
class RowErrors {
 public:
  /// A type without `method` is written by its default one. Throws Error when there is no such type or it cannot be
  /// written, or when `from` cannot be read as weights.
  RowErrors(std::string_view from, std::span<const std::string> types, std::string_view method,
            Kernel kernel = best_kernel());

  /// Figures per row: sum x^2 and sum q x^2, then sum (x-y)^2 and sum q (x-y)^2 of each type in turn, then what
  /// GridProbe tells.
  size_t figures() const { return figures_of_row(targets_.size()); }
  static size_t figures_of_row(size_t types) { return 2 + 2 * types + 2 * grid_types().size(); }

  /// Measures `count` consecutive rows of `row_length` weights, a multiple of every block length. `importance` holds q
  /// for each weight of a row, or is null: then the weighted figures are 0. `out` takes count * figures() numbers. A
  /// type that cannot hold a row gets NaN. Throws Error when a weight is not finite; `first_row` is for that sentence
  /// only.
  void run(const uint8_t* rows, size_t count, size_t row_length, uint64_t first_row, const float* importance,
           double* out);

 private:
  void measure_row(const float* values, size_t length, const float* importance, double* out);

  SourceDecoder source_;
  GridProbe grids_;
  const ErrorKernels* kernels_;
  std::vector<RoundTrip> targets_;
  std::vector<uint8_t> blocks_;
  std::vector<uint32_t> counters_;  ///< the kernel counts a histogram as well; nobody reads it
};

}  // namespace nibble
