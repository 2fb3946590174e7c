#pragma once
#include "numeric/kernel.h"
#include "search/scale_methods.h"

/// The provably best scale for blocks of 32 weights with codes -8..7 (Q4_0), -16..15 (Q5_0) or -128..127 (Q8_0), fast,
/// and with importance weights for the first two.
///
/// With p_i = |code|, u_i = |x_i| / max|x| and s = |scale| / max|x|, the error of a choice of codes is Suu - 2 s A +
/// s^2 B with A = sum u p, B = sum p^2, and the block's error at s is f(s) = Suu - 2 s h(s), h(s) = max over codes of
/// (A - s B / 2). h is a maximum of straight lines, hence convex: between s1 < s0 it lies below its chord. Put into f,
/// at s = s1 + y (s0 - s1), this gives
///   f(s) >= (1 - y) f(s1) + y (s1 / s0) f(s0) - y (1 - y) Suu (s0 - s1)^2 / (s0 s1),
/// whose minimum over y has a closed form. So f at the nodes of a grid bounds f in every cell between neighbours. The
/// slack, the last term, is of second order in the cell's width. In the cell that looks best every change of a code is
/// visited (each weight changes at most once in a cell), which enumerates every choice of codes there. Cells whose
/// bound is below the error found are halved by evaluating their middle, and halves still below it are visited, too.
/// Coarser scales than the grid's clip no weight, and their levels are levels of their halves, which are no worse.
/// Finer ones clip the largest weight by more than all others can gain, whatever they are (docs/searches.md); with
/// importance, where that need not be so, what they leave of all weights excludes them. A block that a grid cannot tell
/// is searched again on one that begins where all codes are zero. Blocks that a grid fits almost
/// perfectly, or whose scales are subnormal half floats, go through ScaleSweep. Storage: the best half float for a
/// choice of codes is the one nearest to its parabola's vertex, and that error is what is compared, so the result is
/// the best scale a half float can hold (to 4e-6 of its error: single precision). Importance multiplies every term of
/// every sum; all of this stays true. The integer evaluation of the nodes multiplies each residual by its root, rounded
/// down, so that it errs below f.
namespace nibble {

NIBBLE_IN_TARGETS(bool exact_integer_scale(int reach, const float* x, const float* importance, float& scale);
                  bool exact_integer_scale_near_maximum(const float* x, float& scale);)

class ExactIntegers {
 public:
  /// The reach that serves a problem; 0 where none does.
  static int reach_for(const BlockProblem& problem);
  /// `reach`: 8, 16 or 128, for codes -reach .. reach - 1.
  ExactIntegers(int reach, Kernel kernel);
  /// The best half-float scale (signed, as a float) for the 32 weights at x; `importance` holds one number for each,
  /// none negative, or is null. With it, reach 128 always takes the slow walk.
  float best_scale(const float* x, const float* importance = nullptr);
  /// Blocks that went through the slow walk, since construction.
  uint64_t slow_blocks() const { return slow_blocks_; }

 private:
  bool (*search_)(int reach, const float* x, const float* importance, float& scale);
  int reach_;
  float levels_[256];
  ScaleSweep sweep_;
  uint64_t slow_blocks_ = 0;
};

/// For codes -128 .. 127: the best half-float scale among divisors max|x| / |scale| from 106 to 129.5, where the
/// best of all nearly always is, without the proof that it is. False where the weights are too small or too large.
bool best_scale_near_maximum(const float* x, Kernel kernel, float& scale);

}  // namespace nibble
