#include "codec/converter.h"

#include <algorithm>
#include <string>

#include "error.h"
#include "formats/group_formats.h"

namespace nibble {
namespace {

/// Small enough that source, values and decoded values stay in the first cache levels.
constexpr size_t usual_tile = 2048;

/// That of a method; of the method calibrated, whose blocks are given, any.
const Quantizer& quantizer_for(const Format& format, std::string_view method, Kernel kernel) {
  const Quantizer* any = method == calibrated_method ? quantizer_or_default(format.type, method, kernel) : nullptr;
  return any ? *any : named_quantizer(format, method, kernel);
}

}  // namespace

Converter::Converter(std::string_view from, std::string_view to, std::string_view method, Kernel kernel)
    : source_(from, kernel),
      from_(&source_.format()),
      to_(&planned_format(to)),
      trip_(*to_, quantizer_for(*to_, method, kernel), kernel),
      meter_(*to_, kernel),
      given_(method == calibrated_method),
      tile_(whole_blocks(usual_tile, *from_, *to_)) {}

void Converter::check(const TensorStretch& stretch, const float* importance) const {
  const auto aligned = [&](uint64_t n) { return n % from_->block_length == 0 && n % to_->block_length == 0; };
  if (stretch.row_length == 0 || !aligned(stretch.row_length)) {
    throw Error("Rows of " + std::to_string(stretch.row_length) + " weights cannot be cut into blocks of type " +
                std::string(from_->block_length > to_->block_length ? from_->name : to_->name) +
                ". Choose a type with shorter blocks for this tensor.");
  }
  if (!aligned(stretch.first_weight) || !aligned(stretch.weight_count)) {
    throw Error("A run of weights does not begin and end with a block. This is a fault in the program.");
  }
  const uint64_t head = stretch.head_rows * stretch.row_length;
  if (head > 0 &&
      (stretch.head_rows % 2 != 0 || stretch.first_weight % head != 0 || stretch.weight_count % head != 0)) {
    throw Error(
        "A run of weights whose rows are to be reordered does not hold whole heads. This is a fault in the program.");
  }
  if (importance == nullptr && to_->importance == Importance::required && !given_) {
    throw Error("Type " + std::string(to_->name) + " needs an importance matrix, and none covers this tensor.");
  }
  if (importance != nullptr && codec_of(to_->type).weighted_needs_whole_row &&
      (stretch.first_weight % stretch.row_length != 0 || stretch.weight_count % stretch.row_length != 0)) {
    throw Error("A run of weights with an importance matrix does not hold whole rows. This is a fault in the program.");
  }
}

size_t Converter::tile_length(const TensorStretch& stretch, uint64_t done, const float* importance) const {
  const uint64_t left = stretch.weight_count - done;
  // Blocks do not depend on their row, so tiles may cross rows, unless each row starts its importance anew.
  if (importance == nullptr) return static_cast<size_t>(std::min<uint64_t>(tile_, left));
  if (codec_of(to_->type).weighted_needs_whole_row) return static_cast<size_t>(stretch.row_length);
  const uint64_t row_left = stretch.row_length - (stretch.first_weight + done) % stretch.row_length;
  return static_cast<size_t>(std::min({uint64_t{tile_}, left, row_left}));
}

void Converter::convert(const uint8_t* source, uint8_t* target, const TensorStretch& stretch, const float* importance) {
  check(stretch, importance);
  meter_.begin();
  const uint8_t* blocks = target;
  for (uint64_t done = 0; done < stretch.weight_count;) {
    const size_t count = tile_length(stretch, done, importance);
    const uint64_t first_weight = stretch.first_weight + done;
    convert_tile(source_.decode(source, stretch, done, count), target, count, stretch, first_weight,
                 importance == nullptr ? nullptr : importance + first_weight % stretch.row_length);
    target += to_->bytes_for(count);
    done += count;
  }
  meter_.add_codes(blocks, stretch.weight_count);
  meter_.finish();
}

void Converter::convert_tile(const float* values, uint8_t* target, size_t count, const TensorStretch& stretch,
                             uint64_t first_weight, const float* importance) {
  const float* decoded = given_ ? trip_.read(target, count) : trip_.run(values, target, count, importance);
  const size_t lost = trip_.first_lost(target, count);
  if (lost < count) refuse(first_weight + lost, values[lost], stretch);
  meter_.add(first_weight, values, decoded, count, importance, find_ranges(target, count));
}

void Converter::refuse(uint64_t weight, float value, const TensorStretch& stretch) const {
  const std::string place = place_in_tensor({weight, stretch.row_length}), type(to_->name);
  throw Error((to_->quantized
                   ? "The block at " + place + " has weights too large for a scale of type " + type
                   : "The weight at " + place + " is " + number_text(value) + ", too large for type " + type) +
              ". Choose bf16 or f32 for this tensor.");
}

ClipRanges Converter::find_ranges(const uint8_t* target, size_t count) {
  if (to_->range == nullptr) return {};
  const size_t runs = count / to_->scale_length;
  if (runs > low_.size()) {
    low_.resize(runs);
    high_.resize(runs);
  }
  const size_t runs_per_block = to_->block_length / to_->scale_length;
  for (size_t b = 0; b < count / to_->block_length; ++b) {
    to_->range(target + b * to_->block_bytes, low_.data() + b * runs_per_block, high_.data() + b * runs_per_block);
  }
  return {low_.data(), high_.data(), to_->scale_length};
}

}  // namespace nibble
