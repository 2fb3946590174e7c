#pragma once
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "codec/conversion_statistics.h"
#include "codec/source_decoder.h"
#include "stats/error_meter.h"
#include "stats/error_statistics.h"

namespace nibble {

/// Where consecutive weights lie in their row-major tensor. Stretches begin and end at block boundaries of both types.
struct TensorStretch {
  uint64_t weight_count;
  uint64_t first_weight;
  uint64_t row_length;
  /// Rows of a head whose two halves are interleaved on the way: row 2 j comes from row j of the first half, row
  /// 2 j + 1 from row j of the second. 0: rows stay in order. A stretch then holds whole heads.
  uint64_t head_rows = 0;
  float add = 0;  ///< to every weight, before anything else
};

/// Converts stretches of one tensor from one type to another and measures the error: decode, validate, quantize,
/// validate, decode again, compare. Works through tiles of a few thousand weights, or a row where a quantizer needs
/// whole rows; the scratch is kept between them.
class Converter {
 public:
  /// Throws Error when there is no such type, method or decoder. With the method calibrated the blocks are there
  /// already, in the target of convert(): they are only checked and measured.
  Converter(std::string_view from, std::string_view to, std::string_view method, Kernel kernel = best_kernel());

  /// The kernel the quantizer really runs.
  Kernel kernel() const { return quantizer_->kernel; }

  /// Converts one stretch. `importance` holds one f32 per weight of a row (the same for every row of the stretch), or
  /// is null. Throws Error, with the place in the tensor, when a source value or a result is not finite; `target` then
  /// holds no usable bytes.
  void convert(const uint8_t* source, uint8_t* target, const TensorStretch& stretch, const float* importance);

  /// The error figures of the last stretch that succeeded.
  const ErrorStatistics& statistics() const { return statistics_.errors; }
  /// All figures of that stretch.
  const ConversionStatistics& figures() const { return statistics_; }

 private:
  void check(const TensorStretch& stretch, const float* importance) const;
  size_t tile_length(const TensorStretch& stretch, uint64_t done, const float* importance) const;
  void convert_tile(const uint8_t* source, uint8_t* target, size_t count, const TensorStretch& stretch,
                    uint64_t first_weight, const float* importance);
  const uint8_t* gather(const uint8_t* source, size_t count, const TensorStretch& stretch, uint64_t done);
  void check_target(const uint8_t* target, const float* values, size_t count, const TensorStretch& stretch,
                    uint64_t first_weight) const;
  ClipRanges find_ranges(const uint8_t* target, size_t count);

  SourceDecoder source_;
  const Format* from_;
  const Format* to_;
  const Decoder* target_decoder_;
  const Quantizer* quantizer_;
  ErrorMeter meter_;
  ConversionStatistics statistics_;
  bool given_;   ///< the target holds its blocks
  size_t tile_;  ///< weights converted at a time, where rows may be cut
  std::vector<float> decoded_, low_, high_;
  std::vector<uint8_t> gathered_;
};

}  // namespace nibble
