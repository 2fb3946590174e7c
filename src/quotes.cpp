#include "quotes.h"

namespace nibble {

std::string_view cut_utf8(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

std::string in_quotes(std::string_view text, size_t limit) {
  const std::string_view kept = cut_utf8(text, limit);
  std::string result = "\"";
  for (const char c : kept) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  if (kept.size() < text.size()) result += "…";
  return result + '"';
}

}  // namespace nibble
