#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf.h"

/// Writing GGUF headers byte for byte as llama.cpp does: version 3, 32-byte alignment.
namespace nibble {

/// The metadata entries of an output header, in order. Setting an entry removes one of the same key and appends the new
/// one at the end: entries move, they are not updated in place. Values copied from an input header are borrowed, so the
/// header must outlive the list.
class KeyValueList {
 public:
  /// Appends every entry of a header. Texts are cut at a zero byte and bools become 0 or 1, as llama.cpp writes them.
  void copy_all(const GgufHeader& header);

  void set_u16(std::string_view key, uint16_t value);
  void set_u32(std::string_view key, uint32_t value);
  void set_u64(std::string_view key, uint64_t value);
  void set_i32(std::string_view key, int32_t value);
  void set_f32(std::string_view key, float value);
  void set_bool(std::string_view key, bool value);
  void set_string(std::string_view key, std::string_view value);
  void set_array(std::string_view key, std::span<const uint8_t> values);
  void set_array(std::string_view key, std::span<const uint32_t> values);
  void set_array(std::string_view key, std::span<const int32_t> values);
  void set_array(std::string_view key, std::span<const float> values);
  void set_array(std::string_view key, std::span<const std::string> values);
  void set_array(std::string_view key, const std::vector<bool>& values);
  /// Gives an entry an encoded value where it stands, or appends one.
  void put_encoded(std::string_view key, ValueType type, std::vector<uint8_t> value);
  /// False when there is no such entry, or one of the new key.
  bool rename(std::string_view from, std::string_view to);
  void remove(std::string_view key);
  /// Gives an existing u32 entry another value where it stands. False when there is no such entry or it has it already.
  bool replace_u32(std::string_view key, uint32_t value);
  /// Keeps the elements of an existing array whose flag is set, where it stands; there is one for each.
  void keep_elements(std::string_view key, const std::vector<bool>& kept);

  uint64_t count() const { return entries_.size(); }
  /// Bytes of all entries as written.
  uint64_t bytes() const;
  void write(std::vector<uint8_t>& out) const;

 private:
  struct Entry {
    std::string key;
    ValueType type;
    std::span<const uint8_t> borrowed;
    std::vector<uint8_t> owned;  // used when not empty

    std::span<const uint8_t> value() const { return owned.empty() ? borrowed : std::span<const uint8_t>(owned); }
  };
  void set(std::string_view key, ValueType type, std::vector<uint8_t> value);
  Entry* find(std::string_view key);

  std::vector<Entry> entries_;
};

/// A tensor as the output's list names it.
struct OutputTensor {
  std::string_view name;
  std::span<const uint64_t> shape;  ///< innermost first, at least one dimension, trailing ones dropped
  Type type;
  uint64_t offset;  ///< from the start of the data section
};

/// `bytes` rounded up to the output alignment.
uint64_t padded_bytes(uint64_t bytes);
/// A shape without trailing dimensions of 1, at least one dimension long.
std::vector<uint64_t> trimmed_shape(std::span<const uint64_t> shape);
/// Bytes a tensor takes in the tensor list.
uint64_t tensor_entry_bytes(std::string_view name, size_t dimensions);
/// Length of the header write_gguf_header would write, padding included.
uint64_t gguf_header_bytes(const KeyValueList& values, uint64_t tensor_entries_bytes);
/// The header: start, entries, tensor list and zeros up to the alignment.
std::vector<uint8_t> write_gguf_header(const KeyValueList& values, std::span<const OutputTensor> tensors);

}  // namespace nibble
