#pragma once
#include <string>
#include <vector>

#include "bench/figure.h"

namespace nibble::bench {

/// How fast one worker decodes weights that come quantized, in million weights per second: layouts whose type and
/// operation hold `filter`.
std::vector<Figure> measure_unpacking(const std::string& filter);

}  // namespace nibble::bench
