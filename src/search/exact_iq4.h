#pragma once
#include "numeric/kernel.h"
#include "search/scale_sweep.h"

/// The provably best half-float scale for blocks of 32 weights on the uneven levels of IQ4_NL, fast.
///
/// As in exact_integers.h, with these differences. The levels have no symmetry, so scales of either sign are searched
/// by themselves: of two families, one puts the largest weight on the side of 113, the other on the side of -127. T =
/// max|x| / |scale| counts levels. Within a factor of 1.1 either way from where a weight lies at some T (1.15 while the
/// largest weight is below 60, 1.13 below 77, where fewer levels are in reach), it stays nearest to one of the two
/// levels around it, so that the errors of neighbouring nodes and the changes of codes in a cell need those two only.
/// Cells from T = 42 to iq4_finest_T are bounded, and swept where the bound is below the error found; finer scales clip
/// the largest weight by more than the others can gain, whatever they are (docs/searches.md). From 42 down to 4.5 the
/// error of half the weights, bounded in the same way, must be above it: what some weights miss, all miss at least.
/// Below 4.5 every weight is nearest to the level 1, which is no better than the level 13 at finer scales, and needs no
/// proof (docs/searches.md). Where a proof fails, or the weights fit so well or are so small or so large that single
/// precision or half floats are too coarse, ScaleSweep decides. Errors are compared in single precision: to 4e-6 of the
/// error.
namespace nibble {

/// The finest scales that are tried with the largest weight on the side of 113, and on that of -127.
constexpr float iq4_finest_T[2] = {172.0f, 176.0f};

class ExactIq4 {
 public:
  explicit ExactIq4(Kernel kernel);
  /// The best half-float scale (signed, as a float) for the 32 weights at x, all of equal importance.
  float best_scale(const float* x);
  /// Blocks that went through the slow walk, since construction.
  uint64_t slow_blocks() const { return slow_blocks_; }

 private:
  bool (*search_)(const float* x, float& scale);
  float levels_[16];
  ScaleSweep sweep_;
  uint64_t slow_blocks_ = 0;
};

}  // namespace nibble
