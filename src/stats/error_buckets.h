#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "numeric/bits.h"

/// The histogram of errors: how |x - y| is sorted into buckets.
///
/// Measured is t = |x - y| * 5000, in f64, where it is exact (24 + 13 significant bits): the error in widths of the
/// coarse histogram, which is that of llama.cpp's quantize-stats, 150 buckets over [0, 0.03), the last one open. A fine
/// bucket holds the t that share sign, exponent and the first 7 mantissa bits. Every integer up to 255 has such a
/// pattern, so each coarse edge is a fine edge, and the coarse histogram follows from the fine one without loss.
///
/// quantize-stats itself computes floor(|x - y| / 0.03 * 150). That is the same bucket: k / 5000 for k < 150 is no f32,
/// the f32 nearest to it misses it by more than 2^-37 of its size, and the roundings of that formula by less than
/// 2^-51.
namespace nibble::error_buckets {

constexpr double coarse_range = 0.03;
constexpr size_t coarse_count = 150;
constexpr double coarse_per_unit = 5000.0;

/// A bucket's code: the top bits of the f64 pattern of t, down to the 7th mantissa bit.
constexpr int code_shift = 52 - 7;
/// Just below the code of the smallest f32 difference, 2^-149, whose t has the exponent -137. Zero takes this code's
/// place.
constexpr uint32_t zero_code = ((1023u - 137u) << 7) - 1;
/// One past the code of the largest finite f32 difference, whose t has the exponent 140; and bucket 0 for zero.
constexpr uint32_t count = ((1023u + 141u) << 7) - zero_code;

/// The fine bucket of a finite difference; 0 holds exactly the differences that are zero.
inline uint32_t of(float difference) {
  const double t = std::fabs(static_cast<double>(difference)) * coarse_per_unit;
  return std::max(static_cast<uint32_t>(bit_cast<uint64_t>(t) >> code_shift), zero_code) - zero_code;
}

/// t at the lower edge (included) of a fine bucket; of(bucket + 1) is the upper edge (excluded).
inline double lower_t(uint32_t bucket) {
  return bucket == 0 ? 0.0 : bit_cast<double>(static_cast<uint64_t>(zero_code + bucket) << code_shift);
}
/// |x - y| at the edges of a fine bucket. Bucket 0 has no width.
inline double lower_edge(uint32_t bucket) { return lower_t(bucket) / coarse_per_unit; }
inline double upper_edge(uint32_t bucket) { return bucket == 0 ? 0.0 : lower_edge(bucket + 1); }

/// The coarse bucket a fine bucket lies in.
inline size_t coarse_of(uint32_t bucket) {
  return static_cast<size_t>(std::min(lower_t(bucket), static_cast<double>(coarse_count - 1)));
}
/// |x - y| at the upper edge of a coarse bucket, as quantize-stats prints it.
inline double coarse_upper_edge(size_t coarse) {
  return static_cast<double>(coarse + 1) * coarse_range / static_cast<double>(coarse_count);
}

}  // namespace nibble::error_buckets
