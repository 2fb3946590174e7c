#include "analysis/column_study.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/codec.h"
#include "error.h"
#include "json/parse.h"

namespace nibble {
namespace {

/// A type and the functions that write and read it.
struct Target {
  const Format* format;
  const Quantizer* quantizer;
  const Decoder* decoder;
};

Target target_of(const std::string& type, const std::string& method) {
  const Format* format = find_format(type);
  if (format == nullptr) throw Error("There is no tensor type named \"" + type + "\".");
  const Target target = {format, find_quantizer(format->type, method, best_kernel()),
                         find_decoder(format->type, best_kernel())};
  if (target.quantizer == nullptr || target.decoder == nullptr) {
    throw Error("There is no method \"" + method + "\" for type " + type + ".");
  }
  return target;
}

}  // namespace

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
    const Target target = target_of(request.at("to").get<std::string>(), request.at("method").get<std::string>());
    decoded_.resize(columns);
    blocks_.resize(target.format->bytes_for(columns));
    for (size_t row = 0; row < rows; ++row) {
      const float* weights = values_.data() + row * columns;
      target.quantizer->quantize(weights, blocks_.data(), columns, nullptr);
      target.decoder->decode(blocks_.data(), decoded_.data(), columns / target.format->block_length);
      for (size_t j = 0; j < columns; ++j) {
        const double d = static_cast<double>(weights[j] - decoded_[j]);
        errors[j] += d * d;
      }
    }
  }
  result.resize(sums.size() * sizeof(double));
  std::memcpy(result.data(), sums.data(), result.size());
}

}  // namespace nibble
