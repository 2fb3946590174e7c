#include "measure/row_errors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.h"
#include "stats/error_buckets.h"

namespace nibble {
namespace {

const Format& named(std::string_view name) {
  const Format* format = find_format(name);
  if (format == nullptr) throw Error("There is no tensor type named \"" + std::string(name) + "\".");
  return *format;
}

}  // namespace

RowErrors::RowErrors(std::string_view from, std::span<const std::string> types, std::string_view method, Kernel kernel)
    : from_(&named(from)),
      decoder_(find_decoder(from_->type, kernel)),
      kernels_(&error_kernels(kernel)),
      counters_(error_buckets::count * histogram_sides) {
  if (decoder_ == nullptr)
    throw Error("Tensors of type " + std::string(from_->name) + " can only be copied, not converted.");
  for (const std::string& name : types) {
    const Format& format = named(name);
    const Quantizer* quantizer = quantizer_or_default(format.type, method, kernel);
    if (quantizer == nullptr) throw Error("Nibble can read type " + name + " but not write it.");
    targets_.push_back({&format, quantizer, find_decoder(format.type, kernel)});
  }
}

void RowErrors::run(const uint8_t* rows, size_t count, size_t row_length, uint64_t first_row, const float* importance,
                    double* out) {
  values_.resize(row_length);
  decoded_.resize(row_length);
  size_t most_bytes = 0;
  for (const Target& target : targets_) {
    most_bytes = std::max(most_bytes, static_cast<size_t>(target.format->bytes_for(row_length)));
  }
  blocks_.resize(most_bytes);
  for (size_t row = 0; row < count; ++row) {
    decoder_->decode(rows + row * from_->bytes_for(row_length), values_.data(), row_length / from_->block_length);
    if (!std::all_of(values_.begin(), values_.end(), [](float v) { return std::isfinite(v); })) {
      throw Error(
          "Row " + std::to_string(first_row + row) +
          " (counted from 0) has a weight that is not finite. A model with such weights cannot be quantized: the "
          "file is damaged, or its training failed.");
    }
    measure_row(importance, out);
    out += figures();
  }
}

void RowErrors::measure_row(const float* importance, double* out) {
  double squares = 0, weighted = 0;
  for (size_t i = 0; i < values_.size(); ++i) {
    const double square = static_cast<double>(values_[i]) * static_cast<double>(values_[i]);
    squares += square;
    if (importance != nullptr) weighted += square * static_cast<double>(importance[i]);
  }
  *out++ = squares;
  *out++ = weighted;
  for (const Target& target : targets_) {
    target.quantizer->quantize(values_.data(), blocks_.data(), values_.size(), importance);
    target.decoder->decode(blocks_.data(), decoded_.data(), values_.size() / target.format->block_length);
    ErrorSums sums;
    kernels_->measure(values_.data(), decoded_.data(), importance, values_.size(), 0, sums, counters_.data());
    const bool holds = sums.nans == 0 && sums.infinities == 0 && valid(target);
    *out++ = holds ? ErrorSums::fold(sums.squared_error) : std::numeric_limits<double>::quiet_NaN();
    *out++ = holds ? ErrorSums::fold(sums.weighted_squared_error) : std::numeric_limits<double>::quiet_NaN();
  }
}

bool RowErrors::valid(const Target& target) const {
  if (!target.format->quantized) return true;
  for (size_t b = 0; b < values_.size() / target.format->block_length; ++b) {
    if (!target.format->valid(blocks_.data() + b * target.format->block_bytes)) return false;
  }
  return true;
}

}  // namespace nibble
