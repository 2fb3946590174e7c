#pragma once
#include "analysis/study.h"

namespace nibble {

/// The study "check": how many weights of a piece are NaN or infinite once they are decoded, scales included. The
/// result is three u64: NaN, infinite, and the number of the first of either in its tensor.
class WeightCheck : public Study {
 public:
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;

 private:
  std::vector<float> values_;
};

}  // namespace nibble
