#pragma once
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace nibble {

/// GPT-2's letters for bytes: printable ones of Latin-1 stand for themselves, the others are counted from U+0100.
struct ByteLetters {
  std::array<char32_t, 256> letters;
  std::unordered_map<char32_t, char> bytes;

  static const ByteLetters& instance();

 private:
  ByteLetters();
};

/// The letters of these bytes, as UTF-8.
std::string letters_for(std::string_view bytes);

}  // namespace nibble
