#include "stats/error_statistics.h"

#include <cmath>
#include <limits>

#include "error.h"

namespace nibble {

void ErrorStatistics::widen(uint32_t first, uint32_t last) {
  if (counts_.empty()) {
    first_bucket_ = first;
  } else if (first < first_bucket_) {
    counts_.insert(counts_.begin(), first_bucket_ - first, 0);
    first_bucket_ = first;
  }
  if (last - first_bucket_ >= counts_.size()) counts_.resize(last - first_bucket_ + 1, 0);
}

void ErrorStatistics::merge(const ErrorStatistics& other) {
  sums_.merge(other.sums_);
  if (other.counts_.empty()) return;
  widen(other.first_bucket_, other.first_bucket_ + static_cast<uint32_t>(other.counts_.size()) - 1);
  const size_t shift = other.first_bucket_ - first_bucket_;
  for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i + shift] += other.counts_[i];
}

void ErrorStatistics::reset() {
  sums_ = {};
  first_bucket_ = 0;
  counts_.clear();
}

double ErrorStatistics::rmse() const { return std::sqrt(mean(ErrorSums::fold(sums_.squared_error))); }
double ErrorStatistics::max_error() const { return sums_.largest_error(); }
double ErrorStatistics::bias() const { return mean(0.0 - ErrorSums::fold(sums_.error)); }
double ErrorStatistics::root_mean_square() const { return std::sqrt(mean(ErrorSums::fold(sums_.squared_weight))); }

double ErrorStatistics::sqnr_db() const {
  return 10.0 * std::log10(ErrorSums::fold(sums_.squared_weight) / ErrorSums::fold(sums_.squared_error));
}

double ErrorStatistics::weighted_rmse() const {
  const double importance = ErrorSums::fold(sums_.importance);
  if (!(importance > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(ErrorSums::fold(sums_.weighted_squared_error) / importance);
}

double ErrorStatistics::quantile(double share) const {
  const double wanted = static_cast<double>(sums_.count) * share;
  uint64_t reached = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    reached += counts_[i];
    if (counts_[i] != 0 && static_cast<double>(reached) >= wanted) {
      return std::min(error_buckets::upper_edge(first_bucket_ + static_cast<uint32_t>(i)), max_error());
    }
  }
  return max_error();
}

double ErrorStatistics::coarse_quantile(double share) const {
  const CoarseHistogram buckets = coarse_histogram();
  const double wanted = static_cast<double>(sums_.count) * share;
  uint64_t reached = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    reached += buckets[i];
    if (static_cast<double>(reached) >= wanted) return error_buckets::coarse_upper_edge(i);
  }
  return error_buckets::coarse_upper_edge(coarse_buckets - 1);
}

ErrorStatistics::CoarseHistogram ErrorStatistics::coarse_histogram() const {
  CoarseHistogram buckets{};
  for (size_t i = 0; i < counts_.size(); ++i) {
    buckets[error_buckets::coarse_of(first_bucket_ + static_cast<uint32_t>(i))] += counts_[i];
  }
  return buckets;
}

std::vector<ErrorStatistics::Bucket> ErrorStatistics::histogram(uint32_t per_octave) const {
  const uint32_t joined = 128 / per_octave;  // fine buckets that make one
  std::vector<Bucket> buckets;
  uint32_t current = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const uint32_t fine = first_bucket_ + static_cast<uint32_t>(i);
    // Bucket 0 stands alone; bucket 1 has the first code of an octave.
    const uint32_t group = fine == 0 ? 0 : (fine - 1) / joined + 1;
    if (buckets.empty() || group != current) {
      const uint32_t first = fine == 0 ? 0 : (group - 1) * joined + 1;
      const double to = fine == 0 ? 0.0 : error_buckets::lower_edge(first + joined);
      buckets.push_back({error_buckets::lower_edge(first), to, 0});
      current = group;
    }
    buckets.back().count += counts_[i];
  }
  return buckets;
}

namespace {

/// "NER1": the first bytes of a saved piece.
constexpr uint32_t saved_magic = 0x3152454Eu;

template <class T>
void put(std::vector<uint8_t>& bytes, const T& value) {
  const size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  store(bytes.data() + at, value);
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
void put_varint(std::vector<uint8_t>& bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<uint8_t>(value | 0x80));
  bytes.push_back(static_cast<uint8_t>(value));
}

[[noreturn]] void damaged() {
  throw Error("The error statistics of a piece arrived damaged. This is a fault in the program, not in the model.");
}

class SavedReader {
 public:
  SavedReader(const uint8_t* bytes, size_t size) : next_(bytes), end_(bytes + size) {}

  template <class T>
  T get() {
    if (static_cast<size_t>(end_ - next_) < sizeof(T)) damaged();
    const T value = load<T>(next_);
    next_ += sizeof(T);
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = get<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    damaged();
  }
  bool at_end() const { return next_ == end_; }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

}  // namespace

void ErrorStatistics::save(std::vector<uint8_t>& bytes) const {
  bytes.clear();
  put(bytes, saved_magic);
  put(bytes, sums_);
  // Each bucket that holds something: how many were skipped since the last one, and the count.
  uint64_t skipped = first_bucket_;
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

ErrorStatistics ErrorStatistics::restore(const uint8_t* bytes, size_t size) {
  SavedReader reader(bytes, size);
  if (reader.get<uint32_t>() != saved_magic) damaged();
  ErrorStatistics statistics;
  statistics.sums_ = reader.get<ErrorSums>();
  uint64_t bucket = 0, total = 0;
  while (!reader.at_end()) {
    const uint64_t skipped = reader.varint();
    const uint64_t count = reader.varint();
    if (skipped >= error_buckets::count - bucket || count == 0) damaged();
    bucket += skipped;
    statistics.widen(static_cast<uint32_t>(bucket), static_cast<uint32_t>(bucket));
    statistics.counts_.back() = count;
    total += count;
    ++bucket;
  }
  if (total != statistics.sums_.count) damaged();
  return statistics;
}

}  // namespace nibble
