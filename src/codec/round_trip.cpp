#include "codec/round_trip.h"

#include <string>

#include "codec/source_decoder.h"
#include "error.h"

namespace nibble {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace

const Quantizer& named_quantizer(const Format& format, std::string_view method, Kernel kernel) {
  if (const Quantizer* quantizer = find_quantizer(format.type, method, kernel)) return *quantizer;
  const std::string methods = joined(methods_of(format.type)), name(format.name);
  throw Error(methods.empty() ? "Nibble can read type " + name + " but not write it."
                              : "There is no method \"" + std::string(method) + "\" for type " + name +
                                    ". Choose one of: " + methods + ".");
}

RoundTrip::RoundTrip(const Format& format, const Quantizer& quantizer, Kernel kernel)
    : format_(&format), quantizer_(&quantizer), decoder_(find_decoder(format.type, kernel)) {}

const float* RoundTrip::read(const uint8_t* blocks, size_t count) {
  if (count > decoded_.size()) decoded_.resize(count);
  decoder_->decode(blocks, decoded_.data(), count / format_->block_length);
  return decoded_.data();
}

size_t RoundTrip::first_lost(const uint8_t* blocks, size_t count) const {
  if (format_->quantized) {
    return first_invalid(*format_, blocks, count / format_->block_length) * format_->block_length;
  }
  return all_finite(decoded_.data(), count) ? count : first_not_finite(decoded_.data(), count);
}

}  // namespace nibble
