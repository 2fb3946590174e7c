#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Small GGUF files for tests, well-formed or not, put together from the layout alone: nothing here uses the reader or
/// the writer under test.
namespace nibble {

class GgufBuilder {
 public:
  using Bytes = std::vector<uint8_t>;
  enum Code : uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

  uint32_t version = 3;
  uint64_t alignment = 32;                                ///< the real one; the key is up to the test
  std::optional<uint64_t> tensor_count, key_value_count;  ///< claims, when not the truth
  bool data = true;                                       ///< false: the file ends before the data section

  template <class T>
  static Bytes raw(T value) {
    Bytes bytes(sizeof(T));
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
  }
  static Bytes text(std::string_view value) {
    return joined({raw<uint64_t>(value.size()), Bytes(value.begin(), value.end())});
  }
  static Bytes list(Code element, uint64_t count, const Bytes& elements) {
    return joined({raw<uint32_t>(element), raw(count), elements});
  }
  static Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  GgufBuilder& value(std::string_view key, uint32_t code, const Bytes& bytes) {
    values_.push_back(joined({text(key), raw(code), bytes}));
    return *this;
  }
  GgufBuilder& value(std::string_view key, uint32_t number) { return value(key, u32, raw(number)); }
  GgufBuilder& value(std::string_view key, const char* words) { return value(key, string, text(words)); }

  /// `bytes` of data; `offset` when the claim is to differ from the place the data really gets.
  GgufBuilder& tensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type, uint64_t bytes,
                      std::optional<uint64_t> offset = {}) {
    Bytes entry = joined({text(name), raw(static_cast<uint32_t>(shape.size()))});
    for (const uint64_t size : shape) entry = joined({entry, raw(size)});
    tensors_.push_back(joined({entry, raw(type), raw(offset.value_or(data_.size()))}));
    for (uint64_t i = 0; i < bytes; ++i) data_.push_back(static_cast<uint8_t>(i * 7 + tensors_.size()));
    pad(data_);
    return *this;
  }

  GgufBuilder& tensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type, const Bytes& values) {
    tensor(name, shape, type, 0);
    data_.insert(data_.end(), values.begin(), values.end());
    pad(data_);
    return *this;
  }

  Bytes build() const {
    Bytes file = joined({{'G', 'G', 'U', 'F'},
                         raw(version),
                         raw(tensor_count.value_or(tensors_.size())),
                         raw(key_value_count.value_or(values_.size())),
                         joined(values_),
                         joined(tensors_)});
    if (!data) return file;
    pad(file);
    return joined({file, data_});
  }

 private:
  void pad(Bytes& bytes) const { bytes.resize((bytes.size() + alignment - 1) / alignment * alignment); }

  std::vector<Bytes> values_, tensors_;
  Bytes data_;
};

}  // namespace nibble
