#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "numeric/kernel.h"

/// The first part of the proof of search/exact_affine.h in single precision, four points or triangles at a time: where
/// a better scale and offset than those known can be.
///
/// Levels are counted from c = (last + 1) / 2, so x ~ d p + m with p in -c..last - c. With f the error of the nearest
/// levels, f = Syy + W m^2 - 2 d Phi(d, m) and Phi convex (the same Phi but for a linear function). Replacing Phi by
/// the plane through the corners of a triangle leaves a quadratic below f; with f and Phi known at the corners it is,
/// in the weights a_i of the corners,
///   sum a_i f_i - sum over pairs a_i a_j D_ij,   D_ij = W (m_i - m_j)^2 - 2 (d_i - d_j) (Phi_i - Phi_j),
/// whose terms lose nothing to cancellation. A mesh of triangles covers the region; those whose least value is above
/// the limit are dropped, the others halved, generation by generation, until they are small.
///
/// Rounding: f is a sum of squares, good to n 2^-23 of itself. Phi is found from f, to 2^-23 Syy / d, and enters
/// multiplied by differences of scales that are not above d. Both stay below the thousandth by which a triangle must
/// exceed the limit to be dropped, as long as the limit is not below least_limit Syy. Where W m^2 is far above Syy, at
/// scales many times the range, Phi loses 2^-23 W m^2 / d as well; f is close to Syy there, far above a limit of
/// most_limit Syy. Halves of an edge are exact: an edge whose middle single precision cannot hold is not cut.
namespace nibble {

class AffineCover {
 public:
  virtual ~AffineCover() = default;
  /// Of Syy: below that, single precision cannot tell.
  static constexpr double least_limit = 5e-4;
  /// Above that, scales far coarser than the range would have to be told apart.
  static constexpr double most_limit = 0.5;
  static constexpr int center_of(int last) { return (last + 1) / 2; }
  /// m counts from level c.
  struct Corner {
    float d, m, f, phi;
  };
  struct Triangle {
    uint32_t corner[3];
  };
  /// The block as the search sees it: y has the mean 0 and the range 1. n is at most 256.
  struct Block {
    const double *y, *w;
    int n, last;
    bool weighted;
    double weight_sum, square_sum;
  };
  struct Point {
    double d, m;
  };
  /// A scale and an offset near the best, in the same units; m is that of level 0. The scale is 0 where there is none.
  virtual Point good_fit(const Block& block) = 0;

  /// Scales 0..widest, and offsets of level 0 between bottom - below * scale and top.
  struct Region {
    double widest, bottom, top, below;
  };
  /// Covers the region as far as f can be below `limit` there. False when that takes too many triangles.
  virtual bool cover(const Block& block, const Region& region, double limit) = 0;

  const std::vector<Triangle>& triangles() const { return kept_; }
  const Corner& corner(uint32_t index) const { return corners_[index]; }
  size_t corner_count() const { return corners_.size(); }
  uint32_t evaluated() const { return evaluated_; }

 protected:
  std::vector<Corner> corners_;
  std::vector<Triangle> kept_;
  uint32_t evaluated_ = 0;
};

NIBBLE_IN_TARGETS(std::unique_ptr<AffineCover> make_affine_cover();)
inline std::unique_ptr<AffineCover> make_affine_cover(Kernel kernel) {
  return NIBBLE_OF_TARGET(kernel, make_affine_cover)();
}

}  // namespace nibble
