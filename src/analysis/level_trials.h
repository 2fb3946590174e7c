#pragma once
#include <string>
#include <vector>

#include "analysis/study.h"

/// A sample of one tensor on which lists of levels are tried, quickly and again and again.
namespace nibble {

class LevelTrials {
 public:
  /// Decodes and keeps the piece.
  explicit LevelTrials(const StudyPiece& piece);
  /// Takes { levels, block (0: whole rows), search, scaleBits }; JSON: LevelFigures of web/src/wasm/types.
  std::string measure(const std::string& request);
  /// JSON: the levels with the least squared error for these weights divided by their block's largest magnitude
  /// (LevelHistogram::optimal_levels).
  std::string optimal(int count, uint64_t block) const;
  /// JSON: counts of the weights divided by their block's largest magnitude, in 128 equal buckets from -1 to 1.
  std::string histogram(uint64_t block) const;

 private:
  size_t block_of(uint64_t wanted) const;

  std::vector<float> values_;
  size_t row_length_;
};

/// JSON: LevelPreset[] of web/src/wasm/types.
std::string level_presets_json();

}  // namespace nibble
