#pragma once
#include <cstdint>
#include <vector>

#include "formats/format.h"
#include "reference/calibration_reference.h"

namespace nibble::reference {

/// Changes the points and signs of a row's blocks of a codebook format so that the outputs are nearer, slow and
/// obviously right: each point of the codebook is tried for each place (calibration/point_descent.h).
void descend_points(const Format& format, const std::vector<float>& target, const Matrix& metric, int passes,
                    std::vector<uint8_t>& blocks);

}  // namespace nibble::reference
