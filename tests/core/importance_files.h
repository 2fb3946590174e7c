#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "container/importance.h"
#include "container/importance_reader.h"

/// Importance matrices as files of both forms, made in memory and read back.
namespace nibble {

using Bytes = std::vector<uint8_t>;

/// Feeds a reader what it asks for, and counts how many bytes that was.
inline ImportanceIndex read_index(const Bytes& file, uint64_t* bytes_read = nullptr) {
  ImportanceReader reader(file.size());
  for (auto range = reader.wanted(); range.bytes > 0; range = reader.wanted()) {
    EXPECT_LE(range.offset + range.bytes, file.size());
    if (bytes_read != nullptr) *bytes_read += range.bytes;
    reader.offer(std::span(file).subspan(range.offset, range.bytes));
  }
  return reader.take();
}

inline std::vector<float> values_of(const Bytes& file, const ImportanceEntry& entry) {
  const std::span<const uint8_t> all(file);
  std::vector<float> values(entry.values);
  importance_values(entry, all.subspan(entry.values_offset, entry.values_bytes()),
                    all.subspan(entry.counts_offset.value_or(0), entry.counts_bytes()), values.data());
  return values;
}

template <class T>
void put(Bytes& bytes, T value) {
  const auto* raw = reinterpret_cast<const uint8_t*>(&value);
  bytes.insert(bytes.end(), raw, raw + sizeof(T));
}

inline void put_text(Bytes& bytes, const std::string& text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

struct LegacyEntry {
  std::string name;
  int32_t calls;
  std::vector<float> values;
};

inline Bytes legacy_file(const std::vector<LegacyEntry>& entries, const std::optional<std::string>& dataset = {}) {
  Bytes bytes;
  put(bytes, static_cast<int32_t>(entries.size()));
  for (const LegacyEntry& entry : entries) {
    put(bytes, static_cast<int32_t>(entry.name.size()));
    put_text(bytes, entry.name);
    put(bytes, entry.calls);
    put(bytes, static_cast<int32_t>(entry.values.size()));
    for (const float value : entry.values) put(bytes, value);
  }
  if (dataset) {
    put(bytes, int32_t{17});
    put(bytes, static_cast<int32_t>(dataset->size()));
    put_text(bytes, *dataset);
  }
  return bytes;
}

/// A GGUF file of F32 tensors, with the keys of an importance matrix.
struct GgufTensorData {
  std::string name;
  std::vector<uint64_t> shape;
  std::vector<float> values;
  int32_t type = 0;
};

inline void put_string(Bytes& bytes, const std::string& text) {
  put(bytes, static_cast<uint64_t>(text.size()));
  put_text(bytes, text);
}

inline Bytes gguf_file(const std::vector<GgufTensorData>& tensors, const std::string& left_out = {}) {
  Bytes values;
  int64_t keys = 0;
  const auto key = [&](const std::string& name, int32_t type, auto&& put_value) {
    if (name == left_out) return;
    put_string(values, name);
    put(values, type);
    put_value();
    ++keys;
  };
  key("general.type", 8, [&] { put_string(values, "imatrix"); });
  key("imatrix.datasets", 9, [&] {
    put(values, int32_t{8});
    put(values, uint64_t{2});
    put_string(values, "first.txt");
    put_string(values, "second.txt");
  });
  key("imatrix.chunk_count", 4, [&] { put(values, uint32_t{5}); });
  key("imatrix.chunk_size", 4, [&] { put(values, uint32_t{512}); });

  Bytes bytes;
  put_text(bytes, "GGUF");
  put(bytes, uint32_t{3});
  put(bytes, static_cast<int64_t>(tensors.size()));
  put(bytes, keys);
  bytes.insert(bytes.end(), values.begin(), values.end());
  uint64_t offset = 0;
  for (const GgufTensorData& tensor : tensors) {
    put_string(bytes, tensor.name);
    put(bytes, static_cast<uint32_t>(tensor.shape.size()));
    for (const uint64_t length : tensor.shape) put(bytes, length);
    put(bytes, tensor.type);
    put(bytes, offset);
    offset += (tensor.values.size() * 4 + 31) / 32 * 32;
  }
  const auto pad = [&] { bytes.resize((bytes.size() + 31) / 32 * 32); };
  pad();
  for (const GgufTensorData& tensor : tensors) {
    for (const float value : tensor.values) put(bytes, value);
    pad();
  }
  return bytes;
}

}  // namespace nibble
