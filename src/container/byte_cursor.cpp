#include "container/byte_cursor.h"

#include <string>

#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"

namespace nibble {

void ByteCursor::expect(uint64_t count) const {
  if (count > left_in_file()) {
    throw Error("Unexpected end of file at byte " + std::to_string(file_bytes_) + ": " + std::string(part_) +
                " needs " + counted(count - left_in_file(), "more byte") +
                ". The file is probably cut short; download it again.");
  }
  const uint64_t end = position_ + count;
  if (end > gguf::max_header_bytes) {
    throw Error("The header is longer than " + std::to_string(gguf::max_header_bytes >> 20) +
                " MiB: " + std::string(part_) + " does not end before byte " + std::to_string(end) +
                ". The file is probably damaged; download it again.");
  }
}

const uint8_t* ByteCursor::take(uint64_t count) {
  expect(count);
  const uint64_t end = position_ + count;
  if (end > prefix_.size()) throw MoreBytesNeeded{end};
  const uint8_t* bytes = prefix_.data() + position_;
  position_ = end;
  return bytes;
}

}  // namespace nibble
