#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "calibration/codebook.h"
#include "calibration/metric.h"
#include "calibration/rounding_math.h"
#include "calibration/tiles.h"
#include "codec/codec.h"

namespace nibble::calibration {

/// What is known of a matrix's inputs, over all of its columns or a window of whole blocks.
struct InputStatistics {
  Metric inputs;             ///< the mean of a a^T: a the input, of the quantized model where there are two
  std::vector<float> cross;  ///< the mean of (input in the original) a^T, row by row; empty: there is one model
  Metric held_back;          ///< as `inputs`, over tokens that do not calibrate; empty: nobody asks what rows leave
};

/// How codes are chosen.
struct RoundingMethod {
  /// Errors are handed on to the columns that follow, before the descent. Needs plenty of text, and levels.
  bool feedback = false;
  int passes = 4;  ///< of the descent, at most
};

/// What rows leave of the error of their outputs towards the matrix's target, over the tokens held back: the sum of the
/// rows' mean squares. Zeros where no tokens were held back.
struct OutputErrors {
  double calibrated = 0, plain = 0;  ///< plain: as round_plain() rounds
};

/// Rounds rows of a matrix to blocks so that its outputs, not its weights, are near what they should be. Some rows at a
/// time, side by side; they do not depend on each other.
///
/// For a row w and its rounded form r, e = w - r and the damped metric H, what is made small is e^T H e.
///
/// * Target. With two models, w is what gives the original's output, and what the original has more in the residual
///   stream, from the quantized model's input: W + (W (C - H0) + R) H^-1, with C `cross`, H0 `inputs`, R `residual`.
/// * Scales are those of the method lowest-error, with feedback of the method quick, weighted by the diagonal of H.
/// * Feedback: with H = U D U^T, e^T H e = sum over j of D_j (e_j + sum over k < j of e_k U_kj)^2. So each column j is
///   rounded to the level nearest to w_j + sum over k < j of e_k U_kj. Scales are found block by block of what is then
///   wanted; in super-blocks, each run's multiples once more when the run's turn comes.
/// * Descent: column by column, the level nearest to where e^T H e is lowest, r_i + (H e)_i / H_ii, is taken if it
///   lowers e^T H e; pass after pass.
/// * Codebook formats begin at what llama.cpp's search finds, weighted by the diagonal of H, and keep its scales.
///   There is no feedback for them; the descent moves the weights of a point together.
class Rounder {
 public:
  /// Throws Error when the statistics cannot be used.
  Rounder(const Format& format, InputStatistics statistics, RoundingMethod method, Kernel kernel = best_kernel());

  size_t columns() const { return columns_; }

  /// Rounds `count` rows of columns() finite weights to blocks, row after row. `residual`, where there are two models
  /// and the outputs join the residual stream, holds R of these rows: the mean, for each row and column, of (what the
  /// original has more in the row's channel of the stream) * input; otherwise null.
  OutputErrors round(const float* rows, size_t count, const float* residual, uint8_t* blocks);
  /// The same rows by the method lowest-error, without importance: what a matrix keeps that calibration does not serve.
  /// Codebook formats, which have no such search, by llama.cpp's, weighted by the diagonal of H.
  void round_plain(const float* rows, size_t count, uint8_t* blocks) const;

 private:
  BlockParts& parts(size_t row, size_t block) { return parts_[row * blocks_ + block]; }
  RunLanes& runs(size_t group, size_t column) { return runs_[(group * columns_ + column) / run_length_]; }
  float* levels(size_t group, size_t column) { return &levels_[(group * columns_ + column) * lanes]; }
  float value(size_t row, size_t column);
  const float* plain_importance() const { return codebook_ ? importance_.data() : nullptr; }
  void take_levels(Kernel kernel);
  void load(const float* rows, size_t count);
  void aim(const float* residual, size_t count);
  void solve(Strips& rows);
  void start();
  void feed_back();
  void choose_block(size_t block);
  void choose_multiples(size_t group, size_t column, const float* wanted);
  void take_run(size_t row, size_t block, size_t run);
  void take_points(size_t row, size_t block, const uint8_t* bytes);
  void pull_of_start();
  void pull_of_feedback();
  void descend();
  bool descend(size_t tile, const std::vector<bool>& moving, std::vector<bool>& moved);
  void write(size_t row, uint8_t* blocks);
  void write_points(size_t row, size_t block, uint8_t* bytes);
  OutputErrors errors(size_t count);
  template <class ValueOf>
  void change(size_t tile, size_t rows, ValueOf value_of);
  void pass_on(const TiledMatrix& matrix, size_t from, size_t to, Strips& rows);

  const Format& format_;
  const Grammar& grammar_;
  size_t columns_, run_length_, blocks_, tiles_;
  RoundingMethod method_;
  const RoundingMath& math_;
  QuantizeRow quantize_;     // by the method lowest-error, of codebook formats by llama.cpp's
  QuantizeRow find_scales_;  // by the method quick, whose blocks do not depend on others of their row
  DecodeBlocks decode_;
  std::optional<Codebook> codebook_;  // of formats of that kind; what follows is of the others
  LevelList list_;
  std::vector<float> middles_, level_of_code_;
  std::vector<float> importance_, factor_diagonal_;
  TiledMatrix metric_, held_back_;
  TiledMatrix factor_;  // as Factor::rows
  TiledMatrix shift_;   // C - H0; empty: one model

  // Of the rows at work.
  Strips target_, sums_;       // sums: what is wanted by now, or the pull
  Strips off_, off_sums_;      // calibrated, and below them by the method lowest-error
  std::vector<float> levels_;  // of eight rows after the other, in lanes
  std::vector<RunLanes> runs_;
  std::vector<BlockParts> parts_;
  std::vector<CodebookBlock> point_blocks_;
  std::vector<RowChanges> changes_;
  std::vector<float> row_, row_importance_;
  std::vector<uint8_t> bytes_;
  size_t groups_ = 0;  // of eight rows
};

}  // namespace nibble::calibration
