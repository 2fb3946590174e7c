#pragma once
#include <string_view>
#include <vector>

#include "codec/codec.h"

namespace nibble {

/// The quantizer of a method; throws Error, with the methods there are, where the type has no such method or is only
/// read.
const Quantizer& named_quantizer(const Format& format, std::string_view method, Kernel kernel);

/// Writes weights as a type and reads them again: what is left of them. The scratch is kept between calls.
class RoundTrip {
 public:
  RoundTrip(const Format& format, const Quantizer& quantizer, Kernel kernel);

  const Format& format() const { return *format_; }
  const Quantizer& quantizer() const { return *quantizer_; }

  /// Writes `count` weights of one row, whole blocks, to `blocks`, and decodes these. `importance`: one number per
  /// weight, or null. Valid until the next call.
  const float* run(const float* values, uint8_t* blocks, size_t count, const float* importance) {
    quantizer_->quantize(values, blocks, count, importance);
    return read(blocks, count);
  }
  /// Decodes blocks that are there already.
  const float* read(const uint8_t* blocks, size_t count);
  /// Of the `count` weights last decoded the first that the type could not hold, or the first of the block that could
  /// not; `count` when it holds all.
  size_t first_lost(const uint8_t* blocks, size_t count) const;

 private:
  const Format* format_;
  const Quantizer* quantizer_;
  const Decoder* decoder_;
  std::vector<float> decoded_;
};

}  // namespace nibble
