#pragma once
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "codec/conversion_meter.h"

namespace nibble {

/// Consecutive weights of a tensor as one of two files has them.
struct ComparedStretch {
  const uint8_t* blocks;
  float add;  ///< to every weight
};

/// Compares stretches of weights that are stored in two types: decodes both and measures the second against the first.
/// Works through tiles; the scratch is kept between them.
class Comparer {
 public:
  /// Throws Error when there is no such type, or it cannot be decoded.
  Comparer(std::string_view first, std::string_view second, Kernel kernel = best_kernel());

  /// The kernel that really measures.
  Kernel kernel() const { return meter_.kernel(); }

  /// Compares `weights` weights from `first_weight` of their tensor on; both numbers are multiples of both block
  /// lengths. A pair with a NaN or an infinite difference is counted and left out of the sums.
  void compare(const ComparedStretch& first, const ComparedStretch& second, uint64_t first_weight,
               uint64_t weight_count);

  /// The figures of the last comparison. Blocks and codes are those of the second.
  const ConversionStatistics& figures() const { return meter_.figures(); }

 private:
  const Format* first_;
  const Format* second_;
  const Decoder* first_decoder_;
  const Decoder* second_decoder_;
  ConversionMeter meter_;
  std::vector<float> values_, decoded_;
};

}  // namespace nibble
