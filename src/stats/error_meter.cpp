#include "stats/error_meter.h"

#include <algorithm>
#include <utility>

#include "stats/error_kernels.h"

namespace nibble {
namespace {

/// Weights after which the 32-bit counters are emptied: far from overflow, yet so rare that it costs nothing.
constexpr uint64_t flush_interval = uint64_t{1} << 23;

}  // namespace

ErrorMeter::ErrorMeter(Kernel kernel)
    : kernels_(&error_kernels(kernel)), counters_(error_buckets::count * histogram_sides, 0) {}

Kernel ErrorMeter::kernel() const { return kernels_->kernel; }

void ErrorMeter::add(const float* values, const float* decoded, size_t count, const float* importance,
                     const ClipRanges& ranges, double* block_errors, size_t block_length) {
  if (unflushed_ >= flush_interval) flush();
  const DecodedWeights weights = {values,     decoded,     count,        importance,  ranges.scale_length,
                                  ranges.low, ranges.high, block_length, block_errors};
  kernels_->measure(weights, position_, sums_, counters_.data());
  position_ += count;
  unflushed_ += count;
}

void ErrorMeter::flush() {
  const auto above = [this](uint32_t bucket) { return uint64_t{counters_[bucket * histogram_sides + 1]}; };
  const auto total = [&](uint32_t bucket) { return counters_[bucket * histogram_sides] + above(bucket); };
  uint32_t first = 0, end = error_buckets::count;
  while (first < end && total(first) == 0) ++first;
  while (end > first && total(end - 1) == 0) --end;
  unflushed_ = 0;
  if (first == end) return;
  piece_.counts_.widen(first, end - 1);
  piece_.above_.widen(first, end - 1);
  for (uint32_t bucket = first; bucket < end; ++bucket) {
    piece_.counts_.add(bucket, total(bucket));
    piece_.above_.add(bucket, above(bucket));
  }
  std::fill(counters_.begin() + first * histogram_sides, counters_.begin() + end * histogram_sides, 0);
}

void ErrorMeter::finish(ErrorStatistics& piece) {
  flush();
  piece_.sums_ = sums_;
  std::swap(piece, piece_);
  piece_.reset();
  sums_ = {};
  position_ = 0;
}

}  // namespace nibble
