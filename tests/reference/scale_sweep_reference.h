#pragma once
#include <cstddef>
#include <vector>

/// The straightforward way to the best scale of a block: list every scale at which some weight changes its level, sort,
/// and try the best scale of each stretch between. Slow and obviously right; what the fast searches are held to.
namespace nibble::reference {

/// sum w (x - s * nearest level)^2 in double precision, every weight taking its nearest level.
double error_at_scale(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& levels,
                      double scale);

struct BestScale {
  double scale, error;
};
/// Over all real scales of both signs, or over those a half float can hold.
BestScale best_scale(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& levels,
                     bool half_float);

}  // namespace nibble::reference
