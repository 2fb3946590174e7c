#pragma once
#include <string>
#include <vector>

#include "analysis/study.h"

namespace nibble {

/// The study "columns": what each column of a matrix weighs, and what quantizing does to it. A piece holds whole rows;
/// its request says to what: { to: type or null, method }. The result is f64 numbers: for each of the n columns the sum
/// of the squared weights, then for each the largest |weight|, then for each the sum of the squared errors (zeros
/// without a type), then for each row the sum of its squared weights.
class ColumnStudy : public Study {
 public:
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;

 private:
  std::vector<float> values_;
  std::vector<uint8_t> blocks_;
};

}  // namespace nibble
