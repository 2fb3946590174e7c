#pragma once
#include <cstdint>
#include <vector>

#include "formats/format.h"

/// Calibrated rounding of one row, slow and obviously right: nothing is put off, nothing is done side by side. Single
/// precision, one operation after the other in the order of their definition (calibration/rounder.h).
namespace nibble::reference {

/// A symmetric matrix by rows.
using Matrix = std::vector<std::vector<float>>;

/// With 0.1 of the mean of its diagonal added to the diagonal; of zeros the unit matrix.
Matrix damped(Matrix metric);

/// H = U D U^T.
struct UnitUpper {
  Matrix upper;
  std::vector<float> diagonal;
};
UnitUpper eliminate(Matrix metric);

struct CalibratedRow {
  std::vector<float> target;    ///< what was to be rounded
  std::vector<uint8_t> blocks;  ///< what it became
};

/// `inputs` as counted, `factor` of what they are damped; `cross` and `residual` may be empty.
CalibratedRow calibrate_row(const Format& format, const std::vector<float>& row, const Matrix& inputs,
                            const UnitUpper& factor, const Matrix& cross, const std::vector<float>& residual,
                            bool feedback, int passes);

/// Sum over tokens of left[token][i] * right[token][j], as calibration/input_products.h states: the tokens of each
/// sequence in stretches of 256, each added up from zero.
Matrix products(const std::vector<Matrix>& left, const std::vector<Matrix>& right);

}  // namespace nibble::reference
