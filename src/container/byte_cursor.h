#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "numeric/bits.h"

namespace nibble {

/// Thrown when a header needs bytes of the file that were not offered yet: `bytes` of them from the start.
struct MoreBytesNeeded {
  uint64_t bytes;
};

/// Walks over the first bytes of a file whose full length is known. Asks for more by throwing MoreBytesNeeded; throws
/// Error when the file itself ends too early, or when the header grows beyond gguf::max_header_bytes.
class ByteCursor {
 public:
  ByteCursor(std::span<const uint8_t> prefix, uint64_t file_bytes) : prefix_(prefix), file_bytes_(file_bytes) {}

  /// Names what is being read, for sentences: "the tensor list".
  void reading(std::string_view part) { part_ = part; }

  uint64_t position() const { return position_; }
  uint64_t left_in_file() const { return file_bytes_ - position_; }

  /// Throws Error when the next `count` bytes cannot all be there, whatever part of them was offered.
  void expect(uint64_t count) const;

  /// The next `count` bytes, and moves past them.
  const uint8_t* take(uint64_t count);

  template <class T>
  T read() {
    return load<T>(take(sizeof(T)));
  }

 private:
  std::span<const uint8_t> prefix_;
  uint64_t file_bytes_;
  uint64_t position_ = 0;
  std::string_view part_ = "the header";
};

}  // namespace nibble
