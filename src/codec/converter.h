#pragma once
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "codec/conversion_meter.h"
#include "codec/round_trip.h"
#include "codec/source_decoder.h"

namespace nibble {

/// Converts stretches of one tensor from one type to another and measures the error: decode, validate, quantize,
/// validate, decode again, compare. Works through tiles of a few thousand weights, or a row where a quantizer needs
/// whole rows; the scratch is kept between them.
class Converter {
 public:
  /// Throws Error when there is no such type, method or decoder. With the method calibrated the blocks are there
  /// already, in the target of convert(): they are only checked and measured.
  Converter(std::string_view from, std::string_view to, std::string_view method, Kernel kernel = best_kernel());

  /// The kernel the quantizer really runs.
  Kernel kernel() const { return trip_.quantizer().kernel; }

  /// Converts one stretch. `importance` holds one f32 per weight of a row (the same for every row of the stretch), or
  /// is null. Throws Error, with the place in the tensor, when a source value or a result is not finite; `target` then
  /// holds no usable bytes.
  void convert(const uint8_t* source, uint8_t* target, const TensorStretch& stretch, const float* importance);

  /// The error figures of the last stretch that succeeded.
  const ErrorStatistics& statistics() const { return meter_.figures().errors; }
  /// All figures of that stretch.
  const ConversionStatistics& figures() const { return meter_.figures(); }

 private:
  void check(const TensorStretch& stretch, const float* importance) const;
  size_t tile_length(const TensorStretch& stretch, uint64_t done, const float* importance) const;
  void convert_tile(const float* values, uint8_t* target, size_t count, const TensorStretch& stretch,
                    uint64_t first_weight, const float* importance);
  [[noreturn]] void refuse(uint64_t weight, float value, const TensorStretch& stretch) const;
  ClipRanges find_ranges(const uint8_t* target, size_t count);

  SourceDecoder source_;
  const Format* from_;
  const Format* to_;
  RoundTrip trip_;
  ConversionMeter meter_;
  bool given_;   ///< the target holds its blocks
  size_t tile_;  ///< weights converted at a time, where rows may be cut
  std::vector<float> low_, high_;
};

}  // namespace nibble
