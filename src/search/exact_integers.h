#pragma once
#include "codec/codec.h"
#include "search/scale_sweep.h"

/// The provably best scale for blocks of 32 weights with codes -8..7 (Q4_0) or -16..15 (Q5_0), fast.
///
/// With p_i = |code| and u_i = |x_i| / max|x|, the error at scale s is Suu - 2 s h(s), where
///   h(s) = max over codes of (A - s B / 2),   A = sum u p,  B = sum p^2.
/// h is a maximum of straight lines, hence convex: between two scales it lies below its chord. Evaluating h on a grid of
/// 20 (28) scales therefore bounds the gain in every cell between neighbours, and the slack of that bound is of second order
/// in the cell's width, so two or three cells survive. In those, every change of a code is visited (each weight changes
/// at most once in a cell), which enumerates every choice of codes there. Coarser and finer scales than the grid's are
/// excluded by the error they force on the small and on the largest weight; the rare block for which that fails, and
/// scales that run into subnormal halves, go through ScaleSweep. Storage: the error at the half float nearest to each
/// parabola's vertex is what is compared, so the result is the best scale a half float can hold.
namespace nibble {

class ExactIntegers {
 public:
  /// `reach`: 8 or 16, for codes -reach .. reach - 1.
  ExactIntegers(int reach, Kernel kernel);
  /// The best half-float scale (signed, as a float) for the 32 weights at x, all of equal importance.
  float best_scale(const float* x);
  /// Blocks that went through the slow walk, since construction.
  uint64_t slow_blocks() const { return slow_blocks_; }

 private:
  bool (*search_)(int reach, const float* x, float& scale);
  int reach_;
  float levels_[32];
  ScaleSweep sweep_;
  uint64_t slow_blocks_ = 0;
};

}  // namespace nibble
