#pragma once
#include <cstddef>

#include "analysis/study.h"

namespace nibble {

/// What the weights of one tensor's sample are like.
struct TensorSummary {
  static constexpr size_t bars = 24;
  static constexpr double outlier_rms = 6;  ///< weights beyond so many times the rms count as outliers
  /// A block's scale is at least its largest magnitude / 127, and the smallest half float above zero is 2^-24: below
  /// this magnitude the scale of an 8-bit block is one step of half precision, or none.
  static constexpr double tiny_magnitude = 0x1p-17;
  static constexpr double reach_rms = 4;  ///< the histogram goes from minus to plus this many times the rms

  uint64_t weight_count = 0;
  double min = 0, max = 0;
  double rms = 0;  ///< sqrt(sum x^2 / n)
  /// Not zero, but too small for scales that are half floats.
  bool tiny() const { return rms > 0 && max < tiny_magnitude && -min < tiny_magnitude; }
  uint64_t outliers = 0;  ///< |x| > outlier_rms * rms
  /// Counts in equal steps over the histogram's reach; weights beyond it are in the outermost bars.
  uint64_t histogram[bars] = {};
};

/// `count` finite values.
TensorSummary summary_of(const float* values, size_t count);

/// The study "summary": gives JSON TensorSummary of web/src/wasm/types for each piece, or `{ "problem": sentence }`
/// when a weight is not finite.
class SummaryStudy : public Study {
 public:
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;

 private:
  std::vector<float> values_;
};

}  // namespace nibble
