#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/stored_tensor.h"

/// GGUF headers, as they lie in a file.
///
///   "GGUF" | version u32 | tensor count i64 | entry count i64
///   entries: key string | type i32 | value          string = length u64 + bytes
///   tensors: name string | dimension count u32 | dimensions i64[] | type i32 | offset u64
///   zeros up to the alignment | data: each tensor at its offset, zeros up to the alignment
///
/// All fields are little-endian. An array value is: element type i32 | count u64 | elements.
namespace nibble {

/// general.architecture of a model whose tensors keep names that say nothing to llama.cpp, which refuses to run it.
constexpr std::string_view unknown_architecture = "unknown";

/// Types of metadata values by their number in the file.
enum class ValueType : uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

/// "u32", "string", "array", ...
std::string_view value_type_name(ValueType type);
/// Bytes of one value; 0 for strings and arrays.
uint32_t value_type_bytes(ValueType type);

/// One metadata entry: where its value lies in GgufHeader::bytes. Values are never copied out one by one.
struct KeyValue {
  std::string key;
  ValueType type;
  ValueType element;  ///< of an array; otherwise the same as type
  uint64_t count;     ///< elements of an array, otherwise 1
  uint64_t offset;    ///< of the encoded value; for an array, of its element type
  uint64_t bytes;     ///< of the encoded value
  uint64_t elements;  ///< offset of the first element (same as offset when not an array)
  /// A string holds a zero byte or a bool is neither 0 nor 1: llama.cpp would not write these bytes again.
  bool irregular;
};

/// Everything before the weights of one file.
struct GgufHeader {
  uint32_t version = 0;
  uint64_t alignment = 0;
  uint64_t file_bytes = 0;
  uint64_t data_offset = 0;      ///< where the data section starts
  std::vector<uint8_t> bytes;    ///< from the start of the file to the end of the last metadata entry
  std::vector<KeyValue> values;  ///< in file order
  std::vector<StoredTensor> tensors;

  /// Null when there is no such key.
  const KeyValue* find(std::string_view key) const;
  /// The encoded bytes of an entry's value.
  std::span<const uint8_t> value_bytes(const KeyValue& value) const;
  /// A string entry's text up to the first zero byte; nothing when missing or of another type.
  std::optional<std::string> text(std::string_view key) const;
  /// A whole number of any integer type; nothing when missing, negative or of another type.
  std::optional<uint64_t> number(std::string_view key) const;
  /// A number of any type; nothing when missing or of another type.
  std::optional<double> real(std::string_view key) const;
  /// A truth value; nothing when missing or of another type.
  std::optional<bool> truth(std::string_view key) const;
  /// A whole number or an array of whole numbers, as u32; empty when missing or of another type.
  std::vector<uint32_t> numbers(std::string_view key) const;
};

/// What reading the first bytes of a file led to: a header, or the number of bytes from the start to offer next.
struct GgufReading {
  std::optional<GgufHeader> header;
  uint64_t needed = 0;
};

/// Reads a header from the first bytes (`prefix`) of a file of `file_bytes` bytes. Asks for twice as much, never for
/// the whole file, until the header is complete. Throws Error for everything llama.cpp would not read.
GgufReading read_gguf(std::span<const uint8_t> prefix, uint64_t file_bytes);

}  // namespace nibble
