#pragma once
#include <cstddef>
#include <cstdint>

#include "search/scale_storage.h"

/// Blocks with two numbers: x_i ~ scale * q_i + offset, where q_i is the integer 0..last nearest to (x_i - offset) /
/// scale.
namespace nibble {

struct AffineProblem {
  const float* x;
  const float* importance;  ///< of each value; null: all one
  size_t n;                 ///< 1..256
  int last;                 ///< 15 for Q4_1, 31 for Q5_1
  /// real or f16: how both numbers are stored.
  Storage storage;
  /// Minima of K-quants are subtracted and never negative: the offset is not above zero.
  bool offset_at_most_zero = false;

  double weight(size_t i) const { return importance ? importance[i] : 1.0; }
};

struct AffineChoice {
  float scale = 0, offset = 0;  ///< as they can be stored; the scale is not negative
  uint32_t tried = 0;           ///< candidates looked at
};

/// The code nearest to x: the upper one on a tie, 0 when the scale is 0.
int affine_code(double x, double scale, double offset, int last);

/// sum w (x - scale * q - offset)^2.
double affine_error(const AffineProblem& problem, double scale, double offset);

}  // namespace nibble
