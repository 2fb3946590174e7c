#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "container/byte_range.h"
#include "container/importance.h"

namespace nibble {

/// Reads the index of an importance matrix file, of either form, from the few bytes it asks for.
///
/// GGUF: pairs of f32 tensors `<name>.in_sum2` (values) and `<name>.counts`.
/// Legacy:
///   count i32 | count x ( length i32 | name | calls i32 | values i32 | f32[values] )
///   then, or nothing: last chunk i32 | length i32 | dataset name
class ImportanceReader {
 public:
  explicit ImportanceReader(uint64_t file_bytes);

  /// What to offer next; no bytes when the index is complete.
  ByteRange wanted() const { return wanted_; }
  /// Takes the bytes wanted. Throws Error when this is no importance matrix, or a damaged one.
  void offer(std::span<const uint8_t> bytes);
  /// The index; call when nothing is wanted any more.
  ImportanceIndex take();

 private:
  void read_gguf_index(std::span<const uint8_t> prefix);
  /// `bytes` start at wanted_.offset.
  void read_legacy(std::span<const uint8_t> bytes);
  void want(uint64_t offset, uint64_t bytes);

  enum class Form : uint8_t { unknown, gguf, legacy };
  Form form_ = Form::unknown;
  uint64_t file_bytes_;
  ByteRange wanted_;
  uint64_t entries_left_ = 0;
  ImportanceIndex index_;
};

/// How the names of importance matrices end: ".gguf", and ".dat" for the legacy form.
std::vector<std::string_view> importance_extensions();

}  // namespace nibble
