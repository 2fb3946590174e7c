#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/scale_methods.h"

/// What the Scale lab shows of one block: the error as a function of the scale, drawn from its breakpoints, and every
/// method's choice on it. The lab computes nothing of its own: curve, scales and errors are the searches' own.
namespace nibble {

/// A block on the bench. Levels and storage come from a format, or are the person's own.
struct LabBlock {
  std::vector<float> weights;     ///< 1..256 values, finite
  std::vector<float> importance;  ///< as many, not negative; empty: all one
  std::vector<float> levels;      ///< ascending, 2..256
  Storage storage = Storage::f16;
  std::string format;  ///< the format's name when the levels are its own; empty otherwise

  BlockProblem problem() const {
    return {weights.data(), importance.empty() ? nullptr : importance.data(), weights.size(),
            {levels.data(), static_cast<int>(levels.size())}, storage};
  }
};

/// How a block decodes at one scale.
struct LabPoint {
  double scale = 0;
  double error = 0;           ///< sum w (x - y)^2
  double relative_error = 0;  ///< sqrt(error / sum w x^2); 0 for a block of zeros
  double max_error = 0;       ///< max |x - y|
  double divisor = 0;         ///< max|x| / |scale|; 0 when the scale is 0
  uint32_t clipped = 0;       ///< weights beyond the outermost level by more than half its distance to the next
  std::vector<int> codes;     ///< level index per weight
  std::vector<float> decoded;
  std::string bytes;          ///< the stored block in hex; empty unless the block is a whole block of a format
};

/// Reads a request (JSON, see LabRequest in web/src/core/types.ts); throws Error that names what is wrong with it.
LabBlock parse_lab_block(const std::string& json);

LabPoint lab_point(const LabBlock& block, double scale);

/// The storable scale `steps` away from `scale` in order of value; for real storage, a thousandth of it each.
double step_scale(double scale, int steps, Storage storage);

/// JSON: LabReport: curve, methods with their candidates, and the point each method chose.
std::string lab_report(const LabBlock& block);
/// JSON: LabPoint at a scale.
std::string lab_point_json(const LabBlock& block, double scale);

}  // namespace nibble
