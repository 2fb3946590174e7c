#include "tokenizer/byte_letters.h"

#include "tokenizer/unicode.h"

namespace nibble {

ByteLetters::ByteLetters() {
  char32_t next = 0x100;
  for (size_t byte = 0; byte < letters.size(); ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
    letters[byte] = printable ? static_cast<char32_t>(byte) : next++;
    bytes.emplace(letters[byte], static_cast<char>(byte));
  }
}

const ByteLetters& ByteLetters::instance() {
  static const ByteLetters letters;
  return letters;
}

std::string letters_for(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) append_utf8(text, ByteLetters::instance().letters[static_cast<uint8_t>(byte)]);
  return text;
}

}  // namespace nibble
