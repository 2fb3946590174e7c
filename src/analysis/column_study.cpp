#include "analysis/column_study.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/round_trip.h"
#include "codec/source_decoder.h"
#include "json/parse.h"

namespace nibble {
void ColumnStudy::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  const Json request = parse_json(piece.request);
  const size_t columns = piece.row_length, rows = piece.weight_count / piece.row_length;
  decode_piece(piece, values_);
  std::vector<double> sums(3 * columns + rows, 0.0);
  double *squares = sums.data(), *largest = squares + columns, *errors = largest + columns,
         *row_squares = errors + columns;
  for (size_t row = 0; row < rows; ++row) {
    const float* weights = values_.data() + row * columns;
    for (size_t j = 0; j < columns; ++j) {
      const double weight = weights[j];
      squares[j] += weight * weight;
      largest[j] = std::max(largest[j], std::fabs(weight));
      row_squares[row] += weight * weight;
    }
  }
  if (!request.at("to").is_null()) {
    const Format& format = named_format(request.at("to").get<std::string>());
    const Quantizer& quantizer = named_quantizer(format, request.at("method").get<std::string>(), best_kernel());
    RoundTrip target(format, quantizer, best_kernel());
    blocks_.resize(format.bytes_for(columns));
    for (size_t row = 0; row < rows; ++row) {
      const float* weights = values_.data() + row * columns;
      const float* decoded = target.run(weights, blocks_.data(), columns, nullptr);
      for (size_t j = 0; j < columns; ++j) {
        const double d = static_cast<double>(weights[j] - decoded[j]);
        errors[j] += d * d;
      }
    }
  }
  result.resize(sums.size() * sizeof(double));
  std::memcpy(result.data(), sums.data(), result.size());
}

}  // namespace nibble
