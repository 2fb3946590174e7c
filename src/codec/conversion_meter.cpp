#include "codec/conversion_meter.h"

namespace nibble {

void ConversionMeter::begin() {
  meter_.finish(figures_.errors);
  figures_.blocks.reset();
  figures_.codes.reset();
}

void ConversionMeter::add(uint64_t first, const float* values, const uint8_t* blocks, const float* decoded,
                          size_t count, const float* importance, const ClipRanges& ranges) {
  meter_.add(values, decoded, count, importance, ranges);
  if (!format_->quantized) return;
  figures_.blocks.add(first / format_->block_length, values, decoded, count, format_->block_length);
  figures_.codes.add(format_->type, blocks, count / format_->block_length);
}

}  // namespace nibble
