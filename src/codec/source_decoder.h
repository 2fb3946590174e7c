#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "formats/named_format.h"
#include "numeric/kernel.h"

namespace nibble {

/// Where a weight lies in its row-major tensor.
struct WeightPosition {
  uint64_t weight;
  uint64_t row_length;
};

/// Where consecutive weights lie in their row-major tensor, and what becomes of them as they are read. Stretches begin
/// and end at block boundaries.
struct TensorStretch {
  uint64_t weight_count;
  uint64_t first_weight;
  uint64_t row_length;
  /// Rows of a head that are read in llama.cpp's order (numeric/stored_row.h); 0: rows stay in order. A stretch then
  /// holds whole heads.
  uint64_t head_rows = 0;
  float add = 0;  ///< to every weight, before anything else
};

/// "row 3, column 5 (both counted from 0)".
std::string place_in_tensor(WeightPosition position);
/// A float as a sentence names it; also the ones that are no number.
std::string number_text(float value);
NIBBLE_IN_TARGETS(bool are_finite(const float* values, size_t count);)
inline bool all_finite(const float* values, size_t count) {
  return NIBBLE_OF_TARGET(best_kernel(), are_finite)(values, count);
}
/// The index of the first NaN or infinity, or `count`.
size_t first_not_finite(const float* values, size_t count);
/// The most weights up to `most` that are whole blocks of both formats; at least one of each.
size_t whole_blocks(size_t most, const Format& a, const Format& b);
/// The number of the first block of `count` that holds a NaN or infinity, or `count`.
size_t first_invalid(const Format& format, const uint8_t* blocks, size_t count);

/// Reads weights of a type, and refuses those that are no finite numbers. The scratch is kept between calls.
class SourceDecoder {
 public:
  /// Throws Error when there is no such type, or its values cannot be read.
  SourceDecoder(std::string_view type, Kernel kernel);

  const Format& format() const { return *format_; }
  /// `count` weights, whole blocks, from number `done` of a stretch on, whose bytes begin at `source`. Valid until the
  /// next call. Throws Error, with the place in the tensor, when one is not finite.
  const float* decode(const uint8_t* source, const TensorStretch& stretch, uint64_t done, size_t count);

 private:
  const uint8_t* gather(const uint8_t* source, const TensorStretch& stretch, uint64_t done, size_t count);

  const Format* format_;
  const Decoder* decoder_;
  std::vector<float> values_;
  std::vector<uint8_t> gathered_;
};

}  // namespace nibble
