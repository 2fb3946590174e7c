#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lab/lab_block.h"
#include "search/affine_methods.h"

/// What the Scale lab shows of one block: the error as a function of the scale, drawn from its breakpoints, and every
/// method's choice on it. The lab computes nothing of its own: curve, scales and errors are the searches' own.
namespace nibble {

/// How a block decodes with a scale and an offset (0 where the format has none).
struct LabPoint {
  double scale = 0, offset = 0;
  double error = 0;           ///< sum w (x - y)^2
  double relative_error = 0;  ///< sqrt(error / sum w x^2); 0 for a block of zeros
  double max_error = 0;       ///< max |x - y|
  double divisor = 0;         ///< max|x| / |scale|, with an offset (max x - min x) / scale; 0 when the scale is 0
  uint32_t clipped = 0;       ///< weights beyond the outermost level by more than half its distance to the next
  std::vector<int> codes;     ///< level index per weight
  std::vector<float> decoded;
  std::string bytes;  ///< the stored block in hex; empty unless the block is a whole block of a format
};

/// A stretch of scales over which no code changes, as web/src/charts/curve-geometry.ts reads it. It begins where the
/// one before it ends; the first one of a sign begins at infinity.
struct LabPiece {
  double to;              ///< |scale|
  double A, B;            ///< error = square sum - 2 scale A + scale^2 B
  int32_t weight;         ///< whose code changes where the piece begins; -1 for the first one
  int16_t before, after;  ///< codes of that weight
};
static_assert(sizeof(LabPiece) == 32);

struct MapRange {
  double scale_low, scale_high, offset_low, offset_high;
};

/// A method of the Lab: exactly one of the three is not null.
struct LabSearch {
  std::string_view name, summary;
  const struct Quantizer* writer = nullptr;  ///< writes the whole block; its search is not taken apart
  const ScaleMethod* one_scale = nullptr;
  const AffineMethod* two_numbers = nullptr;
};

/// A block with what was computed of it.
class ScaleLab {
 public:
  explicit ScaleLab(LabBlock block) : block_(std::move(block)) {}
  const LabBlock& block() const { return block_; }

  LabPoint point(double scale, double offset) const;
  /// JSON: LabReport: what the block is and what each method chose. Afterwards pieces() has the curve at offset 0.
  std::string report();
  /// The curve at an offset: pieces() has it.
  void cut(double offset);
  /// By falling |scale|, for scales of this sign; with an offset there are none below zero.
  const std::vector<LabPiece>& pieces(int sign) const { return sign > 0 ? positive_ : negative_; }
  /// sum w (x - offset)^2 of the last cut.
  double square_sum() const { return square_sum_; }
  /// Relative errors at columns x rows points, the cells' middles; rows by rising offset.
  void error_map(const MapRange& range, int columns, int rows, float* errors) const;
  /// Every method that works on this block, as report() lists them.
  std::vector<LabSearch> methods() const;
  /// For `count` blocks of the Lab's length and storage, all weights counting the same: the relative error a method
  /// leaves. Throws Error for a method that does not work on this block.
  void block_errors(const std::string& method, const float* weights, size_t count, float* errors);
  /// Of each of them the range that the scale must span, max|x| or with an offset max x - min x, and max|x| over the
  /// root mean square (0 for a block of zeros).
  void block_shapes(const float* weights, size_t count, float* ranges, float* peaks) const;

 private:
  void keep_pieces();
  LabPoint as_written(const struct Quantizer& quantizer) const;
  std::pair<double, double> rounded(double scale, double offset) const;
  std::pair<double, double> best_multiples(uint32_t& tried) const;

  LabBlock block_;
  ScaleScratch scratch_;
  AffineScratch affine_scratch_;
  std::vector<LabPiece> positive_, negative_;
  double square_sum_ = 0;
};

}  // namespace nibble
