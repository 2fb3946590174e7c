#include "compare/comparer.h"

#include <algorithm>
#include <string>

#include "codec/source_decoder.h"
#include "error.h"

namespace nibble {
namespace {

/// Stays in the first cache levels.
constexpr size_t usual_tile = 2048;

const Format& decodable(std::string_view name) {
  const Format& format = named_format(name);
  if (find_decoder(format.type, Kernel::scalar) == nullptr) {
    throw Error("Tensors of type " + std::string(format.name) + " hold no weights that could be compared.");
  }
  return format;
}

void decode(const Format& format, const Decoder& decoder, const ComparedStretch& stretch, uint64_t done,
            size_t weight_count, float* values) {
  decoder.decode(stretch.blocks + format.bytes_for(done), values, weight_count / format.block_length);
  if (stretch.add == 0) return;
  for (size_t i = 0; i < weight_count; ++i) values[i] += stretch.add;
}

}  // namespace

Comparer::Comparer(std::string_view first, std::string_view second, Kernel kernel)
    : first_(&decodable(first)),
      second_(&decodable(second)),
      first_decoder_(find_decoder(first_->type, kernel)),
      second_decoder_(find_decoder(second_->type, kernel)),
      meter_(*second_, kernel),
      values_(whole_blocks(usual_tile, *first_, *second_)),
      decoded_(values_.size()) {}

void Comparer::compare(const ComparedStretch& first, const ComparedStretch& second, uint64_t first_weight,
                       uint64_t weight_count) {
  for (const Format* format : {first_, second_}) {
    if (first_weight % format->block_length != 0 || weight_count % format->block_length != 0) {
      throw Error("A run of weights does not begin and end with a block. This is a fault in the program.");
    }
  }
  meter_.begin();
  const size_t tile = values_.size();
  for (uint64_t done = 0; done < weight_count; done += tile) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(tile, weight_count - done));
    decode(*first_, *first_decoder_, first, done, count, values_.data());
    decode(*second_, *second_decoder_, second, done, count, decoded_.data());
    meter_.add(first_weight + done, values_.data(), decoded_.data(), count);
  }
  meter_.add_codes(second.blocks, weight_count);
  meter_.finish();
}

}  // namespace nibble
