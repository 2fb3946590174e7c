#include "codec/source_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "error.h"
#include "formats/group_formats.h"
#include "numeric/stored_row.h"

namespace nibble {

std::string place_in_tensor(WeightPosition position) {
  return "row " + std::to_string(position.weight / position.row_length) + ", column " +
         std::to_string(position.weight % position.row_length) + " (both counted from 0)";
}

std::string number_text(float value) {
  if (std::isnan(value)) return "not a number (NaN)";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinity";
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", static_cast<double>(value));
  return text;
}

size_t first_not_finite(const float* values, size_t count) {
  return static_cast<size_t>(std::find_if(values, values + count, [](float v) { return !std::isfinite(v); }) - values);
}

size_t whole_blocks(size_t most, const Format& a, const Format& b) {
  const size_t unit = std::lcm(a.block_length, b.block_length);
  return std::max<size_t>(most / unit, 1) * unit;
}

size_t first_invalid(const Format& format, const uint8_t* blocks, size_t count) {
  for (size_t b = 0; b < count; ++b) {
    if (!format.valid(blocks + b * format.block_bytes)) return b;
  }
  return count;
}

SourceDecoder::SourceDecoder(std::string_view type, Kernel kernel)
    : format_(&planned_format(type)), decoder_(find_decoder(format_->type, kernel)) {
  if (decoder_ == nullptr) {
    throw Error("Tensors of type " + std::string(format_->name) + " can only be copied, not converted.");
  }
}

/// The blocks of `count` weights from number `done` on, their rows brought into order.
const uint8_t* SourceDecoder::gather(const uint8_t* source, const TensorStretch& stretch, uint64_t done, size_t count) {
  gathered_.resize(format_->bytes_for(count));
  for (uint64_t i = 0; i < count;) {
    const uint64_t column = (done + i) % stretch.row_length;
    const uint64_t row = stored_row((done + i) / stretch.row_length, stretch.head_rows);
    const uint64_t length = std::min<uint64_t>(count - i, stretch.row_length - column);
    std::memcpy(gathered_.data() + format_->bytes_for(i),
                source + format_->bytes_for(row * stretch.row_length + column), format_->bytes_for(length));
    i += length;
  }
  return gathered_.data();
}

const float* SourceDecoder::decode(const uint8_t* source, const TensorStretch& stretch, uint64_t done, size_t count) {
  if (count > values_.size()) values_.resize(count);
  source = stretch.head_rows > 0 ? gather(source, stretch, done, count) : source + format_->bytes_for(done);
  const uint64_t first = stretch.first_weight + done;
  const size_t blocks = count / format_->block_length;
  if (format_->quantized) {
    const size_t invalid = first_invalid(*format_, source, blocks);
    if (invalid < blocks) {
      throw Error("The " + std::string(format_->name) + " block at " +
                  place_in_tensor({first + invalid * format_->block_length, stretch.row_length}) +
                  " has a scale that is not finite. The file is damaged; get it again.");
    }
  }
  decoder_->decode(source, values_.data(), blocks);
  if (stretch.add != 0) {
    for (size_t i = 0; i < count; ++i) values_[i] += stretch.add;
  }
  if (!all_finite(values_.data(), count)) {
    const size_t bad = first_not_finite(values_.data(), count);
    throw Error("The weight at " + place_in_tensor({first + bad, stretch.row_length}) + " is " +
                number_text(values_[bad]) +
                ". A model with such weights is of no use: the file is damaged, or its training failed.");
  }
  return values_.data();
}

}  // namespace nibble
