#include "stats/bucket_counts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/error_buckets.h"

namespace nibble {

void BucketCounts::widen(uint32_t first, uint32_t last) {
  if (counts_.empty()) {
    first_ = first;
  } else if (first < first_) {
    counts_.insert(counts_.begin(), first_ - first, 0);
    first_ = first;
  }
  if (last - first_ >= counts_.size()) counts_.resize(last - first_ + 1, 0);
}

void BucketCounts::merge(const BucketCounts& other) {
  if (other.counts_.empty()) return;
  widen(other.first_, other.end() - 1);
  const size_t shift = other.first_ - first_;
  for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i + shift] += other.counts_[i];
}

void BucketCounts::clear() {
  first_ = 0;
  counts_.clear();
}

uint64_t BucketCounts::total() const { return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0}); }

void BucketCounts::save(std::vector<uint8_t>& bytes) const {
  put_varint(bytes, counts_.size() - static_cast<size_t>(std::count(counts_.begin(), counts_.end(), uint64_t{0})));
  // Each bucket that holds something: how many were skipped since the last one, and the count.
  uint64_t skipped = first_;
  for (const uint64_t count : counts_) {
    if (count == 0) {
      ++skipped;
      continue;
    }
    put_varint(bytes, skipped);
    put_varint(bytes, count);
    skipped = 0;
  }
}

BucketCounts BucketCounts::restore(SavedReader& reader) {
  BucketCounts counts;
  uint64_t bucket = 0;
  for (uint64_t left = reader.varint(); left > 0; --left) {
    const uint64_t skipped = reader.varint();
    const uint64_t count = reader.varint();
    if (bucket >= error_buckets::count || skipped >= error_buckets::count - bucket || count == 0)
      SavedReader::damaged();
    bucket += skipped;
    counts.widen(static_cast<uint32_t>(bucket), static_cast<uint32_t>(bucket));
    counts.counts_.back() = count;
    ++bucket;
  }
  return counts;
}

namespace {

/// The first fine bucket of each group of an octave, counted from the octave's own first one; then that of the next
/// octave. Fine bucket i of an octave begins at 1 + i / fine_per_octave times its power of two.
std::vector<uint32_t> group_starts(uint32_t per_octave) {
  constexpr uint32_t fine_per_octave = 128;
  std::vector<uint32_t> starts(per_octave + 1);
  for (uint32_t i = 0; i <= per_octave; ++i) {
    starts[i] = static_cast<uint32_t>(std::lround(fine_per_octave * (std::exp2(i / double(per_octave)) - 1)));
  }
  return starts;
}

}  // namespace

std::vector<BucketGroup> grouped(const BucketCounts& counts, const BucketCounts& second, uint32_t per_octave) {
  const std::vector<uint32_t> starts = group_starts(per_octave);
  std::vector<BucketGroup> groups;
  uint32_t end = 0;  // of the last group: its first fine bucket that is not in it
  const bool any = counts.first() < counts.end(), any_second = second.first() < second.end();
  if (!any && !any_second) return groups;
  const uint32_t first = any && any_second ? std::min(counts.first(), second.first())
                         : any             ? counts.first()
                                           : second.first();
  for (uint32_t fine = first; fine < std::max(counts.end(), second.end()); ++fine) {
    const uint64_t a = counts.at(fine), b = second.at(fine);
    if (a == 0 && b == 0) continue;
    // Bucket 0 stands alone; bucket 1 has the first code of an octave.
    if (fine == 0) {
      groups.push_back({0, 0, 0, 0});
      end = 1;
    } else if (fine >= end) {
      const uint32_t octave = fine - (fine - 1) % starts.back();
      const auto next = std::upper_bound(starts.begin(), starts.end(), fine - octave);
      end = octave + *next;
      groups.push_back({error_buckets::lower_edge(octave + *(next - 1)), error_buckets::lower_edge(end), 0, 0});
    }
    groups.back().count += a;
    groups.back().second_count += b;
  }
  return groups;
}

}  // namespace nibble
