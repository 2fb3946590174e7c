#include "container/gguf.h"

#include <algorithm>

#include "numeric/bits.h"

namespace nibble {
namespace {

struct ValueTypeFacts {
  std::string_view name;
  uint32_t bytes;
};
constexpr ValueTypeFacts value_types[] = {{"u8", 1},  {"i8", 1},  {"u16", 2},  {"i16", 2},    {"u32", 4},
                                          {"i32", 4}, {"f32", 4}, {"bool", 1}, {"string", 0}, {"array", 0},
                                          {"u64", 8}, {"i64", 8}, {"f64", 8}};

/// The integer at `at`; nothing for negative ones and other types.
std::optional<uint64_t> whole_number(ValueType type, const uint8_t* at) {
  const auto not_negative = [](int64_t value) {
    return value < 0 ? std::nullopt : std::optional<uint64_t>(static_cast<uint64_t>(value));
  };
  switch (type) {
    case ValueType::u8: return *at;
    case ValueType::u16: return load<uint16_t>(at);
    case ValueType::u32: return load<uint32_t>(at);
    case ValueType::u64: return load<uint64_t>(at);
    case ValueType::i8: return not_negative(load<int8_t>(at));
    case ValueType::i16: return not_negative(load<int16_t>(at));
    case ValueType::i32: return not_negative(load<int32_t>(at));
    case ValueType::i64: return not_negative(load<int64_t>(at));
    default: return std::nullopt;
  }
}

}  // namespace

std::string_view value_type_name(ValueType type) { return value_types[static_cast<uint32_t>(type)].name; }
uint32_t value_type_bytes(ValueType type) { return value_types[static_cast<uint32_t>(type)].bytes; }

const KeyValue* GgufHeader::find(std::string_view key) const {
  for (const KeyValue& value : values) {
    if (value.key == key) return &value;
  }
  return nullptr;
}

std::span<const uint8_t> GgufHeader::value_bytes(const KeyValue& value) const {
  return std::span(bytes).subspan(value.offset, value.bytes);
}

std::optional<std::string> GgufHeader::text(std::string_view key) const {
  const KeyValue* value = find(key);
  if (!value || value->type != ValueType::string) return std::nullopt;
  const auto text = value_bytes(*value).subspan(sizeof(uint64_t));
  return std::string(text.begin(), std::find(text.begin(), text.end(), 0));
}

std::optional<uint64_t> GgufHeader::number(std::string_view key) const {
  const KeyValue* value = find(key);
  if (!value || value->type == ValueType::array) return std::nullopt;
  return whole_number(value->type, bytes.data() + value->elements);
}

std::optional<double> GgufHeader::real(std::string_view key) const {
  const KeyValue* value = find(key);
  if (!value) return std::nullopt;
  const uint8_t* at = bytes.data() + value->elements;
  if (value->type == ValueType::f32) return load<float>(at);
  if (value->type == ValueType::f64) return load<double>(at);
  const auto whole = number(key);
  return whole ? std::optional<double>(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<bool> GgufHeader::truth(std::string_view key) const {
  const KeyValue* value = find(key);
  if (!value || value->type != ValueType::boolean) return std::nullopt;
  return bytes[value->elements] != 0;
}

std::vector<uint32_t> GgufHeader::numbers(std::string_view key) const {
  const KeyValue* value = find(key);
  std::vector<uint32_t> result;
  if (!value) return result;
  const uint32_t step = value_type_bytes(value->element);
  for (uint64_t i = 0; i < value->count; ++i) {
    const auto one = whole_number(value->element, bytes.data() + value->elements + i * step);
    if (!one) return {};
    result.push_back(static_cast<uint32_t>(*one));
  }
  return result;
}

}  // namespace nibble
