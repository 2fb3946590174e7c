#include "container/gguf_writer.h"

#include <algorithm>
#include <cstring>

#include "container/gguf_limits.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr uint64_t start_bytes = 4 + 4 + 8 + 8;  // magic, version, two counts

template <class T>
void put(std::vector<uint8_t>& out, T value) {
  const size_t end = out.size();
  out.resize(end + sizeof(T));
  store(out.data() + end, value);
}

void put_bytes(std::vector<uint8_t>& out, std::span<const uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_string(std::vector<uint8_t>& out, std::string_view text) {
  put<uint64_t>(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

template <class T>
std::vector<uint8_t> encoded(T value) {
  std::vector<uint8_t> bytes;
  put(bytes, value);
  return bytes;
}

/// The start of an array value: element type and count.
std::vector<uint8_t> array_start(ValueType element, uint64_t count) {
  std::vector<uint8_t> bytes;
  put(bytes, static_cast<uint32_t>(element));
  put(bytes, count);
  return bytes;
}

template <class T>
std::vector<uint8_t> encoded_array(ValueType element, std::span<const T> values) {
  std::vector<uint8_t> bytes = array_start(element, values.size());
  bytes.reserve(bytes.size() + values.size_bytes());
  for (const T value : values) put(bytes, value);
  return bytes;
}

/// An irregular value the way llama.cpp keeps it: texts cut at the first zero byte, bools 0 or 1.
std::vector<uint8_t> regular_value(const GgufHeader& header, const KeyValue& value) {
  const uint8_t* at = header.bytes.data() + value.offset;
  std::vector<uint8_t> out(at, header.bytes.data() + value.elements);
  at = header.bytes.data() + value.elements;
  for (uint64_t i = 0; i < value.count; ++i) {
    if (value.element == ValueType::boolean) {
      out.push_back(*at++ != 0);
      continue;
    }
    const uint64_t length = load<uint64_t>(at);
    const char* text = reinterpret_cast<const char*>(at + sizeof(uint64_t));
    put_string(out, std::string_view(text, static_cast<size_t>(std::find(text, text + length, '\0') - text)));
    at += sizeof(uint64_t) + length;
  }
  return out;
}

}  // namespace

void KeyValueList::copy_all(const GgufHeader& header) {
  for (const KeyValue& value : header.values) {
    Entry entry{value.key, value.type, header.value_bytes(value), {}};
    if (value.irregular) entry.owned = regular_value(header, value);
    entries_.push_back(std::move(entry));
  }
}

KeyValueList::Entry* KeyValueList::find(std::string_view key) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

void KeyValueList::remove(std::string_view key) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
}

void KeyValueList::set(std::string_view key, ValueType type, std::vector<uint8_t> value) {
  remove(key);
  entries_.push_back({std::string(key), type, {}, std::move(value)});
}

void KeyValueList::put_encoded(std::string_view key, ValueType type, std::vector<uint8_t> value) {
  if (Entry* entry = find(key)) {
    entry->type = type;
    entry->owned = std::move(value);
  } else {
    entries_.push_back({std::string(key), type, {}, std::move(value)});
  }
}

bool KeyValueList::rename(std::string_view from, std::string_view to) {
  Entry* entry = find(from);
  if (!entry || find(to)) return false;
  entry->key = to;
  return true;
}

void KeyValueList::set_u16(std::string_view key, uint16_t value) { set(key, ValueType::u16, encoded(value)); }
void KeyValueList::set_u32(std::string_view key, uint32_t value) { set(key, ValueType::u32, encoded(value)); }
void KeyValueList::set_u64(std::string_view key, uint64_t value) { set(key, ValueType::u64, encoded(value)); }
void KeyValueList::set_i32(std::string_view key, int32_t value) { set(key, ValueType::i32, encoded(value)); }
void KeyValueList::set_f32(std::string_view key, float value) { set(key, ValueType::f32, encoded(value)); }
void KeyValueList::set_bool(std::string_view key, bool value) {
  set(key, ValueType::boolean, encoded(static_cast<uint8_t>(value)));
}
void KeyValueList::set_string(std::string_view key, std::string_view value) {
  std::vector<uint8_t> bytes;
  put_string(bytes, value);
  set(key, ValueType::string, std::move(bytes));
}

void KeyValueList::set_array(std::string_view key, std::span<const uint8_t> values) {
  set(key, ValueType::array, encoded_array(ValueType::u8, values));
}
void KeyValueList::set_array(std::string_view key, std::span<const uint32_t> values) {
  set(key, ValueType::array, encoded_array(ValueType::u32, values));
}
void KeyValueList::set_array(std::string_view key, std::span<const int32_t> values) {
  set(key, ValueType::array, encoded_array(ValueType::i32, values));
}
void KeyValueList::set_array(std::string_view key, std::span<const float> values) {
  set(key, ValueType::array, encoded_array(ValueType::f32, values));
}
void KeyValueList::set_array(std::string_view key, std::span<const std::string> values) {
  std::vector<uint8_t> bytes = array_start(ValueType::string, values.size());
  size_t total = bytes.size();
  for (const std::string& value : values) total += sizeof(uint64_t) + value.size();
  bytes.reserve(total);
  for (const std::string& value : values) put_string(bytes, value);
  set(key, ValueType::array, std::move(bytes));
}

void KeyValueList::set_array(std::string_view key, const std::vector<bool>& values) {
  std::vector<uint8_t> bytes = array_start(ValueType::boolean, values.size());
  for (const bool value : values) bytes.push_back(value);
  set(key, ValueType::array, std::move(bytes));
}

bool KeyValueList::replace_u32(std::string_view key, uint32_t value) {
  Entry* entry = find(key);
  if (!entry || (entry->type == ValueType::u32 && load<uint32_t>(entry->value().data()) == value)) return false;
  entry->type = ValueType::u32;
  entry->owned = encoded(value);
  return true;
}

void KeyValueList::keep_elements(std::string_view key, const std::vector<bool>& kept) {
  Entry* entry = find(key);
  if (!entry || entry->type != ValueType::array) return;
  const std::span<const uint8_t> value = entry->value();
  const auto element = static_cast<ValueType>(load<uint32_t>(value.data()));
  const auto count = static_cast<uint64_t>(std::count(kept.begin(), kept.end(), true));
  std::vector<uint8_t> out = array_start(element, count);
  size_t at = out.size();
  for (const bool keep : kept) {
    const uint64_t bytes =
        element == ValueType::string ? sizeof(uint64_t) + load<uint64_t>(value.data() + at) : value_type_bytes(element);
    if (keep) put_bytes(out, value.subspan(at, static_cast<size_t>(bytes)));
    at += static_cast<size_t>(bytes);
  }
  entry->owned = std::move(out);
}

uint64_t KeyValueList::bytes() const {
  uint64_t total = 0;
  for (const Entry& entry : entries_) total += sizeof(uint64_t) + entry.key.size() + 4 + entry.value().size();
  return total;
}

void KeyValueList::write(std::vector<uint8_t>& out) const {
  for (const Entry& entry : entries_) {
    put_string(out, entry.key);
    put<uint32_t>(out, static_cast<uint32_t>(entry.type));
    put_bytes(out, entry.value());
  }
}

uint64_t padded_bytes(uint64_t bytes) {
  return (bytes + gguf::default_alignment - 1) / gguf::default_alignment * gguf::default_alignment;
}

std::vector<uint64_t> trimmed_shape(std::span<const uint64_t> shape) {
  std::vector<uint64_t> trimmed(shape.begin(), shape.end());
  while (trimmed.size() > 1 && trimmed.back() == 1) trimmed.pop_back();
  if (trimmed.empty()) trimmed.push_back(1);
  return trimmed;
}

uint64_t tensor_entry_bytes(std::string_view name, size_t dimensions) {
  return gguf::min_tensor_bytes + name.size() + dimensions * sizeof(uint64_t);
}

uint64_t gguf_header_bytes(const KeyValueList& values, uint64_t tensor_entries_bytes) {
  return padded_bytes(start_bytes + values.bytes() + tensor_entries_bytes);
}

std::vector<uint8_t> write_gguf_header(const KeyValueList& values, std::span<const OutputTensor> tensors) {
  uint64_t entries_bytes = 0;
  for (const OutputTensor& tensor : tensors) entries_bytes += tensor_entry_bytes(tensor.name, tensor.shape.size());
  std::vector<uint8_t> out;
  out.reserve(gguf_header_bytes(values, entries_bytes));
  put<uint32_t>(out, gguf::magic);
  put<uint32_t>(out, gguf::newest_version);
  put<uint64_t>(out, tensors.size());
  put<uint64_t>(out, values.count());
  values.write(out);
  for (const OutputTensor& tensor : tensors) {
    put_string(out, tensor.name);
    put<uint32_t>(out, static_cast<uint32_t>(tensor.shape.size()));
    for (const uint64_t size : tensor.shape) put<uint64_t>(out, size);
    put<uint32_t>(out, static_cast<uint32_t>(tensor.type));
    put<uint64_t>(out, tensor.offset);
  }
  out.resize(padded_bytes(out.size()));
  return out;
}

}  // namespace nibble
