#include "analysis/study.h"

#include "codec/converter.h"
#include "json/parse.h"

namespace nibble {

StudyPiece parse_study_piece(const std::string& text, const uint8_t* source) {
  const Json json = parse_json(text);
  StudyPiece piece;
  piece.source = source;
  piece.type = json.at("type").get<std::string>();
  piece.row_length = json.at("rowLength").get<uint64_t>();
  piece.weight_count = json.at("weights").get<uint64_t>();
  piece.position = json.at("position").get<uint64_t>();
  piece.add = json.value("add", 0.0f);
  for (const Json& range : json.at("ranges").elements()) {
    piece.ranges.push_back({range.at("firstWeight").get<uint64_t>(), range.at("weights").get<uint64_t>()});
  }
  if (const Json* request = json.find("request")) piece.request = request->dump();
  return piece;
}

ErrorStatistics convert_piece(const StudyPiece& piece, std::string_view type, std::string_view method,
                              uint8_t* target) {
  Converter converter(piece.type, type, method);
  const Format &from = *find_format(piece.type), &to = *find_format(type);
  ErrorStatistics statistics;
  const uint8_t* source = piece.source;
  for (const StudyPiece::Range& range : piece.ranges) {
    converter.convert(source, target, {range.weight_count, range.first_weight, piece.row_length, 0, piece.add},
                      nullptr);
    statistics.merge(converter.statistics());
    source += from.bytes_for(range.weight_count);
    target += to.bytes_for(range.weight_count);
  }
  return statistics;
}

void decode_piece(const StudyPiece& piece, std::vector<float>& values) {
  values.resize(static_cast<size_t>(piece.weight_count));
  convert_piece(piece, "f32", llama_cpp, reinterpret_cast<uint8_t*>(values.data()));
}

}  // namespace nibble
