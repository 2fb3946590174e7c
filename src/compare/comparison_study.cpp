#include "compare/comparison_study.h"

#include "json/parse.h"

namespace nibble {

void ComparisonStudy::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  const Json request = parse_json(piece.request);
  const auto second = request.at("second").get<std::string>();
  std::unique_ptr<Comparer>& comparer = comparers_[{piece.type, second}];
  if (!comparer) comparer = std::make_unique<Comparer>(piece.type, second);
  comparer->compare({piece.source, request.at("firstAdd").get<float>()},
                    {piece.source + request.at("secondAt").get<size_t>(), request.at("secondAdd").get<float>()},
                    request.at("firstWeight").get<uint64_t>(), piece.weight_count);
  comparer->figures().save(result);
}

}  // namespace nibble
