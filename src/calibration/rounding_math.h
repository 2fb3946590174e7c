#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "numeric/kernel.h"

/// What is computed of rows of weights that are rounded side by side: one set of functions per target
/// (numeric/kernel.h), all of which give the same bits. Nothing is ever summed across rows, so a row's result does not
/// depend on its neighbours.
///
/// Where columns are taken one after the other, rows lie in lanes:
///
///   column 0 of rows 0..7 | column 1 of rows 0..7 | ...
///
/// What a tile of columns does to another one is added up row by row: there a row's own changes count, however many
/// others have. Matrices lie in tiles for that (calibration/tiles.h), and each that was loaded serves all rows.
namespace nibble::calibration {

/// Rows side by side.
inline constexpr size_t lanes = 8;
/// Columns of a tile: their changes are collected before other tiles hear of them. A column hears of changes in their
/// order, so this decides speed alone.
inline constexpr size_t tile_columns = 32;

/// What one row changes in the columns of a tile, in the order others hear of it.
struct RowChanges {
  uint32_t count = 0;
  uint32_t at[tile_columns];  ///< column of the tile
  float by[tile_columns];
};

/// The levels of a format, ascending.
struct LevelList {
  std::span<const float> levels;
  std::span<const float> middles;  ///< of each level and the next
  bool whole;                      ///< consecutive whole numbers
};

struct PointList;  // calibration/codebook.h

/// What a run of columns is rounded to, in each lane: step * level + offset.
struct RunLanes {
  float step[lanes], offset[lanes];
};

/// How often the minimum of a scale is fitted to the levels that the minimum before it gave.
inline constexpr int minimum_trials = 2;

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

  /// Of each row: row[c] -= by[i] * tile[at[i]][c] for each of its changes, in order. rows x tile_columns. Rows that
  /// change in all columns do so in the same order.
  void (*subtract_tile)(float* rows, const float* tile, const RowChanges* changes, size_t count);

  /// One pass of coordinate descent over the columns of a tile, runs of `run_length` of them: `pull` is
  /// H (w - rounded) and stays it as far as the tile goes. `changes` gets what each column changed by. Says whether
  /// anything did.
  bool (*descend)(const LevelList& list, const RunLanes* runs, size_t run_length, const float* tile, float* levels,
                  float* pull, float* changes);

  /// The same of codebook formats, one point's weights after the other's. With r what they are rounded to, g their part
  /// of `pull` and H their part of the metric, weights v lower e^T H e by r^T H r - 2 c r - (v^T H v - 2 c v),
  /// c = H r + g. Signs are those of what each weight should be if no other one changed, r_i + g_i / H_ii; where an
  /// even number of them must be negative, as many stay so as were, but for pairs: the weight that loses least gets the
  /// other sign. Of all points with these signs the best is taken if it lowers e^T H e.
  bool (*descend_points)(const PointList& list, const RunLanes* runs, size_t run_length, const float* tile,
                         float* levels, float* pull, float* changes);

  /// Rounds columns first .. first + count of a tile, one run, to the nearest levels, each after the errors of those
  /// before it were handed to it, and hands them on to the rest of the tile. `tile` is of U. `passed_on` gets
  /// rounded - target of each.
  void (*round_run)(const LevelList& list, const RunLanes& run, size_t first, size_t count, const float* target,
                    const float* tile, float* levels, float* wanted, float* passed_on);

  /// Of the scales' multiples near the given ones, each with the given minimum's and minimum_trials more, fitted by
  /// least squares to the levels that the last one gave, those that leave the least error, weighted by importance; the
  /// given ones win ties, then the first.
  void (*choose_multiples)(const MultipleChoice& choice, float* scale_multiples, float* minimum_multiples);
};

/// Those of a target, or of the only one there is.
NIBBLE_IN_TARGETS(const RoundingMath& rounding_math();)
inline const RoundingMath& rounding_math(Kernel kernel) { return NIBBLE_OF_TARGET(kernel, rounding_math)(); }

}  // namespace nibble::calibration
