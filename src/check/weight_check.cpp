#include "check/weight_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "check/file_check.h"
#include "codec/codec.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// Weights decoded at a time: a multiple of every block length.
constexpr uint64_t run_weights = 1 << 14;

}  // namespace

void WeightCheck::run(const StudyPiece& piece, std::vector<uint8_t>& result) {
  const Format* format = find_format(piece.type);
  const Decoder* decoder = format ? find_decoder(format->type, best_kernel()) : nullptr;
  if (!decoder) throw Error("Values of type " + in_quotes(piece.type) + " are no weights that could be checked.");
  WeightCounts counts;
  values_.resize(run_weights);
  const uint8_t* source = piece.source;
  for (const StudyPiece::Range& range : piece.ranges) {
    for (uint64_t done = 0; done < range.weight_count; done += run_weights) {
      const uint64_t count = std::min(run_weights, range.weight_count - done);
      decoder->decode(source, values_.data(), static_cast<size_t>(count / format->block_length));
      source += format->bytes_for(count);
      for (uint64_t i = 0; i < count; ++i) {
        if (std::isfinite(values_[i])) continue;
        const bool nan = std::isnan(values_[i]);
        counts.merge({nan, !nan, range.first_weight + done + i});
      }
    }
  }
  const uint64_t numbers[] = {counts.nan, counts.infinite, counts.first};
  result.resize(sizeof numbers);
  std::memcpy(result.data(), numbers, sizeof numbers);
}

}  // namespace nibble
