#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stats/saved_bytes.h"

namespace nibble {

/// Counts of the fine buckets (stats/error_buckets.h); only the part of the range that was touched is kept.
class BucketCounts {
 public:
  /// Makes room for the buckets first..last.
  void widen(uint32_t first, uint32_t last);
  /// Adds one to any bucket.
  void count(uint32_t bucket) {
    if (bucket < first_ || bucket >= end()) widen(bucket, bucket);
    add(bucket, 1);
  }
  /// Adds to a bucket there is room for.
  void add(uint32_t bucket, uint64_t count) { counts_[bucket - first_] += count; }
  void merge(const BucketCounts& other);
  void clear();

  /// The buckets first()..end() - 1 are kept; none when the two are equal.
  uint32_t first() const { return first_; }
  uint32_t end() const { return first_ + static_cast<uint32_t>(counts_.size()); }
  /// The count of any bucket.
  uint64_t at(uint32_t bucket) const { return bucket < first_ || bucket >= end() ? 0 : counts_[bucket - first_]; }
  uint64_t total() const;

  void save(std::vector<uint8_t>& bytes) const;
  static BucketCounts restore(SavedReader& reader);

 private:
  uint32_t first_ = 0;
  std::vector<uint64_t> counts_;
};

/// A group of neighbouring buckets: `count` magnitudes with from <= magnitude < to. Zeros have from = to = 0.
struct BucketGroup {
  double from, to;
  uint64_t count;
  uint64_t second_count;  ///< of the second of two lists that were grouped alike
};

/// The groups that hold something, in order, with `per_octave` (1 to 64) to each doubling of the magnitude: all of one
/// ratio, 2^(1 / per_octave), as nearly as the edges of the fine buckets allow. Groups of equal width would double
/// theirs at every power of two, and a smooth distribution would show a peak there. What is left of the differences
/// goes away where counts are divided by log2(to / from).
std::vector<BucketGroup> grouped(const BucketCounts& counts, const BucketCounts& second, uint32_t per_octave);

}  // namespace nibble
