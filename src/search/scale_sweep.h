#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/scale_storage.h"

/// The error of a block as a function of its scale, for any sorted list of levels, and its exact minimum.
///
/// A block x_1..x_n with weights w_i decodes to s * l[q_i], where every q_i is the level nearest to x_i / s. With
///   A = sum w x l[q],  B = sum w l[q]^2,  Sxx = sum w x^2
/// the error of a fixed choice of codes is Sxx - 2 s A + s^2 B: a parabola with its minimum at s = A / B and the value
/// Sxx - A^2 / B there. As t = 1 / |s| grows from 0, a weight leaves its level exactly when x_i t crosses the middle
/// of two neighbouring levels, and always outwards. Walking those events in order of t therefore visits every choice of
/// codes that is nearest for some scale of that sign, so the best parabola on the walk is the minimum over all real
/// scales.  Negative scales are the same walk over the mirrored levels.
namespace nibble {

/// The levels a code can take, in units of the scale: ascending, at least two, at most 256.
struct Levels {
  const float* value;
  int count;
};

/// A stretch of scales over which no code changes.
struct ScalePiece {
  double from, to;  ///< |scale|: from > to, as the walk goes; `from` is infinite for the first piece of a sign
  int sign;         ///< of the scale: +1 or -1
  double A, B;      ///< of this choice of codes, for the signed scale
  int weight;       ///< the weight whose code changes where the piece begins; -1 for the first one
  int code_before, code_after;  ///< of that weight
};

struct ScaleOptimum {
  double scale = 0;    ///< as it can be stored; 0 when the block is best left all zero
  double error = 0;    ///< sum w (x - decoded)^2
  uint32_t tried = 0;  ///< choices of codes looked at
};

/// Walks the choices of codes of one block. Keeps its memory between blocks.
class ScaleSweep {
 public:
  /// Visits the block's pieces for both signs of the scale. n is 1..256; `weights` may be null (all one).
  void walk(const float* x, const float* importance, size_t n, Levels levels);
  /// The pieces of the last walk: positive scales first, each sign by falling |scale|.
  const std::vector<ScalePiece>& pieces() const { return pieces_; }
  /// sum w x^2 of the last walk.
  double square_sum() const { return square_sum_; }
  /// The best scale of the last walk that `storage` can hold. For stored scales this is still exact: every parabola's
  /// best stored scale is the nearest one to its vertex, and the error is the lowest of all parabolas.
  ScaleOptimum optimum(Storage storage) const;

 private:
  struct Event {
    double t;
    int weight, code;
  };
  void walk_sign(const float* x, const float* importance, size_t n, const float* levels, int count, int sign);
  void merge_events();

  std::vector<ScalePiece> pieces_;
  std::vector<Event> events_, merged_;
  std::vector<size_t> runs_;  ///< where the events of each weight begin, and the end
  std::vector<int> codes_;
  std::vector<float> mirrored_;
  double square_sum_ = 0;
};

}  // namespace nibble
