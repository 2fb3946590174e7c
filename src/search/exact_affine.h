#pragma once
#include <vector>

#include "search/affine_cover.h"
#include "search/affine_problem.h"

/// The proven minimum of the squared error of a block with a scale d and an offset m: x ~ d q + m, q in 0..last.
///
/// With y = x - mean and m counted from the mean, the error of the nearest codes is
///   f(d, m) = Syy + W m^2 - 2 d Phi(d, m),   Phi = max over codes of sum w (q (y - m) - d q^2 / 2).
/// Phi is a maximum of functions linear in (d, m), hence convex: inside a triangle it lies below the plane through its
/// values at the corners. With that plane in place of Phi, f becomes a quadratic that bounds f from below, and its
/// minimum over the triangle is found in closed form. So the plane of all (d, m) is cut into triangles, the one with
/// the lowest bound is halved first, and the search ends when the lowest bound reaches the best error found: nothing
/// better can be anywhere. Most of the plane is ruled out in single precision first, several triangles at a time
/// (search/affine_cover.h); what it leaves, and whole blocks it cannot tell about, is searched in double precision. A
/// triangle whose corners have the same codes needs no halving: there Phi is that plane.
///
/// Real numbers: every corner's codes are fitted by least squares, so the best point found is a parabola's own minimum.
/// Half floats: a corner's parabola is judged at pairs of half floats next to its minimum; a triangle of one choice of
/// codes is finished by trying every pair that could still be better; a triangle between whose corners hardly any pair
/// lies, by trying those. Searched are the scales from 0 to twice the largest magnitude. (A negative scale gives the
/// levels of a positive one with another offset; only the rounding of that offset differs.)
namespace nibble {

struct AffineOptimum {
  double scale = 0, offset = 0;
  double error = 0;        ///< sum w (x - decoded)^2
  uint32_t evaluated = 0;  ///< pairs at which all codes were computed, and rounded pairs compared, 8 counting as one
  /// No pair is better by more than 1e-12 of the weighted variance. False only where most_evaluations ended the search:
  /// blocks whose weights differ by less than a half float can tell.
  bool proven = true;
};

class ExactAffine {
 public:
  static constexpr uint32_t most_evaluations = 60000;

  AffineOptimum optimum(const AffineProblem& problem);

 private:
  /// A choice of codes: sum w q y, sum w q^2, sum w q, and the codes of the smallest and the largest weight.
  struct Choice {
    double A, B, Q;
    int lowest, highest;
    bool operator==(const Choice& other) const { return A == other.A && B == other.B && Q == other.Q; }
  };
  struct Corner {
    double d, m, phi;
    Choice choice;
  };
  struct Triangle {
    double bound;
    uint32_t number;  ///< orders equal bounds, so that every standard library visits them alike
    uint32_t corner[3];
    bool operator<(const Triangle& other) const {
      return bound != other.bound ? bound > other.bound : number > other.number;
    }
  };

  void load(const AffineProblem& problem);
  void begin(const AffineProblem& problem);
  void constant_block();
  AffineCover::Region region() const;
  void outline();
  bool cover();
  uint32_t evaluate(double d, double m);
  void consider_fit(const Choice& choice);
  void consider_offsets(const Choice& choice, double scale);
  void consider_pair(double scale, double offset, int moved, const Choice& choice);
  void try_pairs_of(const Choice& choice);
  bool finish_small(const Triangle& triangle);
  void add(uint32_t a, uint32_t b, uint32_t c);
  void halve(const Triangle& triangle);
  double lower_bound(const Corner& p, const Corner& q, const Corner& r) const;
  double error_of(double d, double m, const Choice& choice) const {
    return square_sum_ + d * (d * choice.B - 2 * choice.A) + m * (m * weight_sum_ + 2 * d * choice.Q);
  }
  bool real() const { return problem_.storage == Storage::real; }

  AffineProblem problem_{};
  std::vector<double> y_, w_;
  std::vector<Corner> corners_;
  std::unique_ptr<AffineCover> cover_ = make_affine_cover(best_kernel());
  std::vector<uint32_t> corner_of_cover_;
  std::vector<Triangle> open_;  ///< a heap, the lowest bound on top
  /// x = mean + unit * y; d and m are in units.
  double mean_ = 0, unit_ = 1, weight_sum_ = 0, square_sum_ = 0, highest_offset_ = 0;
  double lowest_ = 0, highest_ = 0;  ///< of y
  double best_ = 0, slack_ = 0;
  double best_scale_ = 0, best_offset_ = 0;  ///< in units of x
  uint32_t triangles_ = 0, evaluated_ = 0;
};

}  // namespace nibble
