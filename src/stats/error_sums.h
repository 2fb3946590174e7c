#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "numeric/bits.h"

namespace nibble {

/// The sums behind the error figures of a run of weights x decoded as y. d = x - y in f32, then everything in f64:
/// x, d and importance are widened first. Weight i of a piece adds to lane i % 4 of each sum; lanes are folded in
/// order. Scalar and SIMD code therefore agree to the bit, and so do all ways to cut a piece into calls.
///
/// A pair is left out of every sum (its lane is skipped) when x or y is NaN, counted in `nans`, or when d is otherwise
/// not finite, counted in `infinities`.
struct ErrorSums {
  static constexpr size_t lanes = 4;

  double squared_error[lanes] = {};           ///< d * d
  double squared_weight[lanes] = {};          ///< x * x
  double error[lanes] = {};                   ///< d
  double importance[lanes] = {};              ///< q, of the weights that have an importance
  double weighted_squared_error[lanes] = {};  ///< (d * d) * q, of the same
  uint64_t largest_error_bits = 0;            ///< the f32 pattern of the largest |d|; 64 bits: no padding in here
  uint64_t count = 0;                         ///< pairs in the sums
  uint64_t zeros = 0;                         ///< x is not zero and y is
  uint64_t clipped = 0;                       ///< x outside the range of its block; pairs left out count as well
  uint64_t nans = 0;
  uint64_t infinities = 0;

  /// Adds another run's sums lane by lane.
  void merge(const ErrorSums& other) {
    for (size_t i = 0; i < lanes; ++i) {
      squared_error[i] += other.squared_error[i];
      squared_weight[i] += other.squared_weight[i];
      error[i] += other.error[i];
      importance[i] += other.importance[i];
      weighted_squared_error[i] += other.weighted_squared_error[i];
    }
    largest_error_bits = std::max(largest_error_bits, other.largest_error_bits);
    count += other.count;
    zeros += other.zeros;
    clipped += other.clipped;
    nans += other.nans;
    infinities += other.infinities;
  }

  static double fold(const double (&sum)[lanes]) { return ((sum[0] + sum[1]) + sum[2]) + sum[3]; }
  float largest_error() const { return bit_cast<float>(static_cast<uint32_t>(largest_error_bits)); }
};

}  // namespace nibble
