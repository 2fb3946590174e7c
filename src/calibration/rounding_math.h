#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "numeric/kernel.h"

/// What is computed of rows of weights that are rounded side by side, lane by lane: one set of functions per target
/// (numeric/kernel.h), all of which give the same bits. Nothing is ever summed across lanes, so a row's result does not
/// depend on its neighbours.
///
///   column 0 of rows 0..7 | column 1 of rows 0..7 | ...
namespace nibble::calibration {

/// Rows side by side.
inline constexpr size_t lanes = 8;
/// Columns whose changes are collected before all other columns hear of them. A column hears of changes in their
/// order, so this decides speed alone.
inline constexpr size_t block_columns = 32;

/// The levels of a format, ascending.
struct LevelList {
  std::span<const float> levels;
  std::span<const float> middles;  ///< of each level and the next
  bool whole;                      ///< consecutive whole numbers
};

/// What a run of columns is rounded to, in each lane: step * level + offset.
struct RunLanes {
  float step[lanes], offset[lanes];
};

/// Rows on the way to levels.
struct RoundedRows {
  LevelList list;
  size_t columns;
  size_t run_length;     ///< columns that share a RunLanes
  const RunLanes* runs;  ///< of all columns
  float* levels;         ///< chosen, [column][lane]
};

/// What a run of a super-block may store, in each lane, its shared scale and minimum being frozen.
struct MultipleChoice {
  LevelList list;
  size_t length;
  const float* values;      ///< to be rounded, [column][lane]
  const float* importance;  ///< of each column
  const float *scale, *minimum;
  int reach;  ///< how far from the given multiples others are tried
  int fewest, most;
  bool has_minima;
};

struct RoundingMath {
  Kernel kernel;

  /// rows[c][l] -= changes[i][l] * matrix[at[i] * stride + c] for each i < `count`, in order; first <= c < end.
  void (*subtract)(float* rows, size_t first, size_t end, const float* matrix, size_t stride, const uint32_t* at,
                   const float* changes, size_t count);

  /// One pass of coordinate descent: see descend(). `pull` is H (w - rounded), and stays it. Says whether anything
  /// changed.
  bool (*descend)(const RoundedRows& rows, const float* metric, float* pull);

  /// Rounds the columns of a run to the nearest levels, each after the errors of those before it were handed to it: see
  /// round_with_feedback(). `passed_on` gets rounded - target of each.
  void (*round_run)(const RoundedRows& rows, size_t first, const float* target, const float* factor, float* wanted,
                    float* passed_on);

  /// Of all multiples near the given ones those that leave the least error, weighted by importance; the given ones win
  /// ties, then the lower ones.
  void (*choose_multiples)(const MultipleChoice& choice, float* scale_multiples, float* minimum_multiples);
};

/// Those of a target, or of the only one there is.
NIBBLE_IN_TARGETS(const RoundingMath& rounding_math();)
inline const RoundingMath& rounding_math(Kernel kernel) { return NIBBLE_OF_TARGET(kernel, rounding_math)(); }

}  // namespace nibble::calibration
