#pragma once
#include <string>
#include <vector>

#include "bench/figure.h"

namespace nibble::bench {

/// Rows rounded by what a layer puts out, in million weights per second, and the sums and factors that takes, in
/// GFLOP/s. Those whose type and operation hold `filter`, on the fastest kernel there is.
std::vector<Figure> measure_rounding(const std::string& filter);

}  // namespace nibble::bench
