#include "container/safetensors_writer.h"

#include <algorithm>
#include <array>

#include "json/json.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr size_t length_bytes = sizeof(uint64_t), alignment = 8;

void append_numbers(std::string& json, std::span<const uint64_t> numbers) {
  json += '[';
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) json += ',';
    json += std::to_string(numbers[i]);
  }
  json += ']';
}

/// Written piece by piece: a tree of a header with a hundred thousand tensors would take many times its bytes.
void append_entry(std::string& json, const SafetensorsTensor& tensor) {
  Json(tensor.name).append_to(json);
  json += ":{\"dtype\":";
  Json(tensor.dtype).append_to(json);
  json += ",\"shape\":";
  append_numbers(json, tensor.shape);
  json += ",\"data_offsets\":";
  append_numbers(json, std::array{tensor.begin, tensor.end});
  json += '}';
}

}  // namespace

std::vector<uint8_t> write_safetensors_header(std::span<const SafetensorsTensor> tensors,
                                              std::span<const std::pair<std::string, std::string>> metadata) {
  std::string json = "{\"__metadata__\":{";
  for (const auto& [key, text] : metadata) {
    if (json.back() != '{') json += ',';
    Json(key).append_to(json);
    json += ':';
    Json(text).append_to(json);
  }
  json += "}";
  for (const SafetensorsTensor& tensor : tensors) {
    json += ',';
    append_entry(json, tensor);
  }
  json += '}';
  json.resize((json.size() + alignment - 1) / alignment * alignment, ' ');
  std::vector<uint8_t> bytes(length_bytes + json.size());
  store<uint64_t>(bytes.data(), json.size());
  std::copy(json.begin(), json.end(), bytes.begin() + length_bytes);
  return bytes;
}

}  // namespace nibble
