#include "codec/conversion_meter.h"

namespace nibble {

void ConversionMeter::begin() {
  meter_.finish(figures_.errors);
  figures_.blocks.reset();
  figures_.codes.reset();
}

void ConversionMeter::add(uint64_t first, const float* values, const float* decoded, size_t count,
                          const float* importance, const ClipRanges& ranges) {
  if (!format_->quantized) {
    meter_.add(values, decoded, count, importance, ranges);
    return;
  }
  const uint32_t length = format_->block_length;
  block_errors_.resize(count / length);
  meter_.add(values, decoded, count, importance, ranges, block_errors_.data(), length);
  figures_.blocks.add(first / length, block_errors_, length);
}

void ConversionMeter::add_codes(const uint8_t* blocks, uint64_t count) {
  if (format_->quantized) figures_.codes.add(format_->type, blocks, static_cast<size_t>(count / format_->block_length));
}

}  // namespace nibble
