#include "analysis/tensor_summary.h"

#include <algorithm>
#include <cmath>

#include "error.h"
#include "json/json.h"

namespace nibble {

TensorSummary summary_of(const float* values, size_t count) {
  TensorSummary summary;
  if (count == 0) return summary;
  summary.weight_count = count;
  const auto [least, most] = std::minmax_element(values, values + count);
  summary.min = *least;
  summary.max = *most;
  double squares = 0;
  for (size_t i = 0; i < count; ++i) squares += static_cast<double>(values[i]) * values[i];
  summary.rms = std::sqrt(squares / static_cast<double>(count));
  const double reach = TensorSummary::reach_rms * summary.rms;
  constexpr auto last = static_cast<double>(TensorSummary::bars - 1);
  for (size_t i = 0; i < count; ++i) {
    summary.outliers += std::fabs(values[i]) > TensorSummary::outlier_rms * summary.rms;
    const double place = reach > 0 ? (values[i] + reach) / (2 * reach) : 0.5;
    ++summary.histogram[static_cast<size_t>(std::clamp(std::floor(place * TensorSummary::bars), 0.0, last))];
  }
  return summary;
}

void SummaryStudy::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  Json json;
  try {
    decode_piece(piece, values_);
    const TensorSummary summary = summary_of(values_.data(), values_.size());
    json = Json{{"weights", summary.weight_count},
                {"min", summary.min},
                {"max", summary.max},
                {"rms", summary.rms},
                {"outliers", summary.outliers},
                {"tiny", summary.tiny()},
                {"histogram", summary.histogram}};
  } catch (const Error& problem) {
    json = Json{{"problem", problem.what()}};
  }
  const std::string text = json.dump();
  result.assign(text.begin(), text.end());
}

}  // namespace nibble
