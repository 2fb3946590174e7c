#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "numeric/kernel.h"

/// The method "calibrated" on one short row, step by step. The steps are those of calibration::RoundingMath, lane 0.
namespace nibble {

inline constexpr size_t most_feedback_columns = 16;

/// A row of weights, what its columns meet, and what it may become: scale * level.
struct FeedbackBlock {
  std::vector<float> weights;  ///< 2..16, finite
  std::vector<float> metric;   ///< H, the mean of a a^T: weights x weights, row by row, symmetric
  std::vector<float> levels;   ///< ascending, 2..256
};

/// Reads a request (JSON, see FeedbackRequest in web/src/wasm/types); throws Error that names what is wrong with it.
FeedbackBlock parse_feedback_block(const std::string& json);

/// The row after a column was rounded or moved.
struct FeedbackStep {
  size_t column;
  double wanted;  ///< what was rounded: with errors handed on, or where e^T H e is lowest in a descent
  size_t level;
  std::vector<double> row;  ///< of columns that are rounded scale * level, of the others what is wanted of them by now
  double output_error;      ///< e^T H e, H damped; columns that are not rounded yet count as right
  double weight_error;      ///< sum e^2 over the columns that are rounded
};

/// One way to round the row.
struct FeedbackPath {
  std::vector<FeedbackStep> rounding;  ///< column after column
  std::vector<FeedbackStep> descent;   ///< changes from there on
};

struct FeedbackReport {
  double scale;          ///< of the least error, weighted by the diagonal of H: method "exact", stored as a half float
  double output_square;  ///< w^T H w
  std::vector<float> damped, factor, pivots;  ///< H as used; U (above the diagonal) and D of H = U D U^T
  FeedbackPath plain;                         ///< each weight to its nearest level
  FeedbackPath feedback;                      ///< each after the errors before it were handed on to it
};

/// Throws Error when the metric cannot be used.
FeedbackReport feedback_steps(const FeedbackBlock& block, Kernel kernel = best_kernel());

/// JSON: FeedbackReport of web/src/wasm/types.
std::string feedback_report(const std::string& request);

}  // namespace nibble
