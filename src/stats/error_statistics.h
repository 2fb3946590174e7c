#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "stats/bucket_counts.h"
#include "stats/error_buckets.h"
#include "stats/error_sums.h"

/// What quantizing did to the weights: sums and a histogram that can be merged, so that a tensor measured in pieces
/// gives the same figures whatever computed the pieces.
namespace nibble {

/// Error figures of weights x that decode to y, over the pairs whose difference is finite (see ErrorSums).
///
/// Pieces come from an ErrorMeter and are merged in plan order: counts, histogram and largest error do not depend on
/// the order, the f64 sums do in their last bits.
class ErrorStatistics {
 public:
  static constexpr size_t coarse_buckets = error_buckets::coarse_count;
  using CoarseHistogram = std::array<uint64_t, coarse_buckets>;
  /// One bucket of the fine histogram: `count` pairs with from <= |x - y| < to, of which `above` decode to more than
  /// they were (y > x). Zero errors have from = to = 0.
  struct Bucket {
    double from, to;
    uint64_t count, above;
  };
  /// The histogram in even steps on both sides of zero: bucket i counts the pairs with
  /// i * width <= |x - y| < (i + 1) * width; those without any error are in neither list.
  struct LinearHistogram {
    double width;
    std::vector<uint64_t> below, above;  ///< y < x and y > x, equally long
  };

  /// Adds another piece's figures.
  void merge(const ErrorStatistics& other);
  void reset();

  /// Replaces the contents of `bytes` by a compact little-endian form: fixed fields, then the buckets that hold
  /// something. It carries a piece from a worker to whoever merges; both are the same build.
  void save(std::vector<uint8_t>& bytes) const;
  /// The inverse; throws Error when the bytes are not what save() wrote.
  static ErrorStatistics restore(const uint8_t* bytes, size_t size);
  /// The same among other figures: what save() gives, appended, and read from there.
  void append_to(std::vector<uint8_t>& bytes) const;
  static ErrorStatistics read_from(SavedReader& reader);

  uint64_t count() const { return sums_.count; }  ///< n: pairs the figures below are about
  double rmse() const;                            ///< sqrt(sum (x-y)^2 / n)
  double max_error() const;                       ///< max |x-y|
  double bias() const;              ///< sum (y-x) / n: positive when decoded weights are too large on average
  double sqnr_db() const;           ///< 10 log10(sum x^2 / sum (x-y)^2); +infinity without error, NaN if x is zero too
  double root_mean_square() const;  ///< sqrt(sum x^2 / n)
  /// sqrt(sum q (x-y)^2 / sum q) over the weights that were measured with an importance q; NaN when there are none.
  double weighted_rmse() const;
  uint64_t zeros() const { return sums_.zeros; }      ///< weights that are not zero and decode to zero
  uint64_t clipped() const { return sums_.clipped; }  ///< weights outside the range of their block (see Format::range)
  uint64_t nans() const { return sums_.nans; }        ///< pairs left out because one of the two is NaN
  uint64_t infinities() const { return sums_.infinities; }  ///< pairs left out because the difference is infinite
  /// The smallest fine upper edge, but at most max_error(), that at least `share` of the pairs do not exceed: at most
  /// 1/128 above the exact quantile. 0 when nothing was measured.
  double quantile(double share) const;
  /// The upper edge of the first coarse bucket up to which at least `share` of the pairs lie, as quantize-stats prints
  /// it: at most 0.03.
  double coarse_quantile(double share) const;
  CoarseHistogram coarse_histogram() const;
  /// The buckets that hold something, in order, with `per_octave` (1 to 64) to each doubling of the error, all of
  /// nearly the same ratio (see grouped()).
  std::vector<Bucket> histogram(uint32_t per_octave) const;
  /// In 33 to 64 steps up to the largest error: the width is 0.0002 times a power of two, so that steps end where fine
  /// buckets do. No steps when nothing was lost.
  LinearHistogram linear_histogram() const;

 private:
  friend class ErrorMeter;
  double mean(double sum) const { return sums_.count == 0 ? 0.0 : sum / static_cast<double>(sums_.count); }

  ErrorSums sums_;
  BucketCounts counts_;  // all pairs
  BucketCounts above_;   // those with y > x
};

}  // namespace nibble
