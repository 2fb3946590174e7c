#include "stats/error_statistics.h"

#include <cmath>
#include <limits>

namespace nibble {

void ErrorStatistics::merge(const ErrorStatistics& other) {
  sums_.merge(other.sums_);
  counts_.merge(other.counts_);
  above_.merge(other.above_);
}

void ErrorStatistics::reset() {
  sums_ = {};
  counts_.clear();
  above_.clear();
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
  for (uint32_t bucket = counts_.first(); bucket < counts_.end(); ++bucket) {
    const uint64_t count = counts_.at(bucket);
    reached += count;
    if (count != 0 && static_cast<double>(reached) >= wanted)
      return std::min(error_buckets::upper_edge(bucket), max_error());
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
  for (uint32_t bucket = counts_.first(); bucket < counts_.end(); ++bucket) {
    if (const uint64_t count = counts_.at(bucket)) buckets[error_buckets::coarse_of(bucket)] += count;
  }
  return buckets;
}

std::vector<ErrorStatistics::Bucket> ErrorStatistics::histogram(uint32_t per_octave) const {
  std::vector<Bucket> buckets;
  for (const BucketGroup& group : grouped(counts_, above_, per_octave)) {
    buckets.push_back({group.from, group.to, group.count, group.second_count});
  }
  return buckets;
}

ErrorStatistics::LinearHistogram ErrorStatistics::linear_histogram() const {
  if (!(max_error() > 0.0)) return {0.0, {}, {}};
  constexpr double most_steps = 64;
  // In units of 1 / coarse_per_unit a step is a power of two: k steps are a fine edge for every k up to 255.
  const double largest = max_error() * error_buckets::coarse_per_unit;
  double step = std::exp2(std::floor(std::log2(largest / most_steps)));
  while (std::floor(largest / step) >= most_steps) step *= 2;
  const size_t steps = static_cast<size_t>(largest / step) + 1;
  LinearHistogram linear{step / error_buckets::coarse_per_unit, std::vector<uint64_t>(steps),
                         std::vector<uint64_t>(steps)};
  for (uint32_t bucket = std::max(counts_.first(), 1u); bucket < counts_.end(); ++bucket) {
    const size_t at = std::min(static_cast<size_t>(error_buckets::lower_t(bucket) / step), steps - 1);
    linear.above[at] += above_.at(bucket);
    linear.below[at] += counts_.at(bucket) - above_.at(bucket);
  }
  return linear;
}

/// "NER2": the first bytes of a saved piece.
static constexpr uint32_t saved_magic = 0x3252454Eu;

void ErrorStatistics::save(std::vector<uint8_t>& bytes) const {
  bytes.clear();
  append_to(bytes);
}

void ErrorStatistics::append_to(std::vector<uint8_t>& bytes) const {
  put(bytes, saved_magic);
  put(bytes, sums_);
  counts_.save(bytes);
  above_.save(bytes);
}

ErrorStatistics ErrorStatistics::restore(const uint8_t* bytes, size_t size) {
  SavedReader reader(bytes, size);
  ErrorStatistics statistics = read_from(reader);
  if (!reader.at_end()) SavedReader::damaged();
  return statistics;
}

ErrorStatistics ErrorStatistics::read_from(SavedReader& reader) {
  if (reader.get<uint32_t>() != saved_magic) SavedReader::damaged();
  ErrorStatistics statistics;
  statistics.sums_ = reader.get<ErrorSums>();
  statistics.counts_ = BucketCounts::restore(reader);
  statistics.above_ = BucketCounts::restore(reader);
  if (statistics.counts_.total() != statistics.sums_.count) SavedReader::damaged();
  for (uint32_t bucket = statistics.above_.first(); bucket < statistics.above_.end(); ++bucket) {
    if (statistics.above_.at(bucket) > statistics.counts_.at(bucket)) SavedReader::damaged();
  }
  return statistics;
}

}  // namespace nibble
