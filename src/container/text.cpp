#include "container/text.h"

#include <algorithm>

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

std::string counted(uint64_t count, std::string_view thing) {
  std::string text = std::to_string(count) + ' ' + std::string(thing);
  if (count != 1) text += 's';
  return text;
}

std::string listed(std::span<const std::string> items, uint64_t count, size_t most) {
  const size_t shown = std::min({items.size(), most, static_cast<size_t>(count)});
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == count ? " and " : ", ";
    text += items[i];
  }
  return count > shown ? text + " and " + std::to_string(count - shown) + " more" : text;
}

}  // namespace nibble
