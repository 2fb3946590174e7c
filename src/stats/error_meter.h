#pragma once
#include <vector>

#include "numeric/kernel.h"
#include "stats/error_statistics.h"

namespace nibble {

/// Where weights are clipped: for each run of `scale_length` weights the interval outside which a weight is cut off
/// (see Format::range). Null `low` and `high`: nothing can be clipped.
struct ClipRanges {
  const float* low = nullptr;
  const float* high = nullptr;
  size_t scale_length = 1;
};

/// Measures pieces, one after the other. Holds the dense counters the hot loop needs (about 280 KiB), so one meter
/// serves many pieces; the figures it hands over are compact.
class ErrorMeter {
 public:
  explicit ErrorMeter(Kernel kernel = best_kernel());

  /// The kernel that really runs.
  Kernel kernel() const;
  /// Adds the next `count` (at most 2^31) weights of the piece and what they decode to. `importance`: one weight each,
  /// or null. Clip ranges start anew at the first of these weights. How a piece is cut into calls does not change its
  /// figures. `block_errors` (or null) takes the sum (x - y)^2 of each `block_length` of these weights, which are whole
  /// blocks then, whole runs of `ranges` each.
  void add(const float* values, const float* decoded, size_t count, const float* importance = nullptr,
           const ClipRanges& ranges = {}, double* block_errors = nullptr, size_t block_length = 1);
  /// Replaces `piece` by the figures of what was added, and begins the next piece.
  void finish(ErrorStatistics& piece);

 private:
  /// Moves the counters into `piece_`.
  void flush();

  const struct ErrorKernels* kernels_;
  ErrorSums sums_;
  uint64_t position_ = 0;   // weights of this piece so far: decides the lane
  uint64_t unflushed_ = 0;  // weights counted since the last flush
  std::vector<uint32_t> counters_;
  ErrorStatistics piece_;
};

}  // namespace nibble
