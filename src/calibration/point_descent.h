#pragma once
#include "calibration/codebook.h"
#include "calibration/rounding_math.h"

namespace nibble::calibration {

/// RoundingMath::descend_points.
NIBBLE_IN_TARGETS(bool descend_points(const PointList& list, const RunLanes* runs, size_t run_length, const float* tile,
                                      float* levels, float* pull, float* changes);)

}  // namespace nibble::calibration
