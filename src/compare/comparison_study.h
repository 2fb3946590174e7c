#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "analysis/study.h"
#include "compare/comparer.h"

namespace nibble {

/// The study "compare". A piece holds a run of weights of the first model, then the same run of the second; its request
/// says how: { second: type, secondAt: byte of the piece at which the second begins, firstWeight, firstAdd, secondAdd
/// }. The result is what ConversionStatistics::save() writes.
class ComparisonStudy : public Study {
 public:
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;

 private:
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Comparer>> comparers_;
};

}  // namespace nibble
