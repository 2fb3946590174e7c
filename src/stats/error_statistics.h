#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// What quantizing did to the weights: sums and histograms that can be merged, so that a tensor measured in pieces
/// gives the same figures whatever computed the pieces.
namespace nibble {

/// Error figures of a run of weights. Differences are f32 (x - y), widened to f64. Sums are kept in `lanes` lanes
/// (weight i of a piece goes to lane i % lanes) and folded in lane order, so that scalar and SIMD code agree to the bit.
/// Pieces are merged in plan order.
class ErrorStatistics {
 public:
  static constexpr size_t lanes = 4;
  /// The histogram of llama.cpp's quantize-stats: 150 buckets of 0.0002 over [0, 0.03); the last one is open.
  static constexpr size_t coarse_buckets = 150;

  /// Adds `count` weights and what they decode to. `low`/`high` hold, for each run of `scale_length` weights, the
  /// interval outside which a weight counts as clipped; null when nothing can be clipped.
  void add(const float* weights, const float* decoded, size_t count, const float* low, const float* high,
           size_t scale_length);
  /// Adds another piece's figures.
  void merge(const ErrorStatistics& other);
  void reset();

  /// A compact little-endian form, for carrying a piece from a worker to whoever merges.
  std::vector<uint8_t> save() const;
  /// The inverse; throws Error when the bytes are not what save() wrote.
  static ErrorStatistics restore(const uint8_t* bytes, size_t size);

  uint64_t count() const;
  double rmse() const;           ///< sqrt(sum (x-y)^2 / n)
  double max_error() const;      ///< max |x-y|
  double bias() const;           ///< sum (y-x) / n: positive when decoded weights are too large on average
  double sqnr_db() const;        ///< 10 log10(sum x^2 / sum (x-y)^2); +infinity without error
  double mean_square_weight() const;
  uint64_t zeros() const;        ///< weights that are not zero and decode to zero
  uint64_t clipped() const;      ///< weights outside the range of their block (see Format::range)
  uint64_t nans() const;
  uint64_t infinities() const;
  /// Smallest upper edge of a fine bucket (relative width at most 1/128) that at least `share` of the weights lie
  /// below: |x-y| <= value for at least that share.
  double quantile(double share) const;
  /// The same over the coarse buckets, as quantize-stats prints it: (i + 1) * 0.03 / 150.
  double coarse_quantile(double share) const;
  const std::array<uint64_t, coarse_buckets>& coarse_histogram() const;
};

}  // namespace nibble
