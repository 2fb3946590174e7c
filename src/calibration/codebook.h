#pragma once
#include <vector>

#include "formats/point_grammar.h"

namespace nibble::calibration {

/// The points of a codebook as kernels look through them: each in two halves, of which few are different.
struct PointList {
  struct Point {
    uint8_t first, second;  ///< its halves
  };
  size_t length;                                   ///< weights of a point: 8 or 4
  bool even_signs;                                 ///< an even number of each eight weights is negative
  std::vector<float> first_halves, second_halves;  ///< magnitudes, length / 2 of each half
  std::vector<Point> points;                       ///< in the codebook's order; those of a second half lie together
};

/// What a block of a codebook format stores beside its points and signs.
struct CodebookBlock {
  uint16_t scale;
  uint8_t scale_codes[16];  ///< of each run
};

/// A codebook format (formats/point_grammar.h), its blocks taken apart to signed magnitudes, and made of them.
class Codebook {
 public:
  Codebook(const Format& format, const PointGrammar& grammar);

  const PointList& list() const { return list_; }
  /// The signed magnitudes of a block's weights, and the steps of its runs.
  CodebookBlock unpack(const uint8_t* block, float* levels, float* steps) const;
  /// `levels`: of each point those of a point of the codebook, with signs that the format can store.
  void pack(const CodebookBlock& parts, const float* levels, uint8_t* block) const;

 private:
  uint32_t level_of(float magnitude) const;

  const Format& format_;
  const PointGrammar& grammar_;
  PointList list_;
  std::vector<uint16_t> positions_;  // of points, by their levels
};

}  // namespace nibble::calibration
