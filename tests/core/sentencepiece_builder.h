#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "gguf_builder.h"

namespace nibble {

/// SentencePiece models: fields of a protocol-buffers message, written from the encoding's description.
inline std::vector<uint8_t> varint(uint64_t value) {
  std::vector<uint8_t> bytes;
  for (; value >= 128; value >>= 7) bytes.push_back(static_cast<uint8_t>(value | 128));
  bytes.push_back(static_cast<uint8_t>(value));
  return bytes;
}
inline std::vector<uint8_t> number_field(uint32_t number, uint64_t value) {
  return GgufBuilder::joined({varint(number * 8), varint(value)});
}
inline std::vector<uint8_t> bytes_field(uint32_t number, const std::vector<uint8_t>& value) {
  return GgufBuilder::joined({varint(number * 8 + 2), varint(value.size()), value});
}
inline std::vector<uint8_t> piece(std::string_view text, float score, uint32_t type) {
  return bytes_field(1, GgufBuilder::joined({bytes_field(1, {text.begin(), text.end()}), varint(2 * 8 + 5),
                                             GgufBuilder::raw(score), number_field(3, type)}));
}
}  // namespace nibble
