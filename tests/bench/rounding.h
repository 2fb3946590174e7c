#pragma once
#include <string>
#include <vector>

namespace nibble::bench {

/// One figure of the calibrated method.
struct RoundingSpeed {
  std::string type, operation;
  double speed;
};

/// Rows rounded by what a layer puts out, in million weights per second, and the sums and factors that takes, in
/// GFLOP/s. Those whose type and operation hold `filter`, on the fastest kernel there is.
std::vector<RoundingSpeed> measure_rounding(const std::string& filter);

}  // namespace nibble::bench
