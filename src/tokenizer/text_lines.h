#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace nibble {

/// Calls `take(line, number)` for every line, counted from 1, without what ends it.
template <class Take>
void for_each_line(std::span<const uint8_t> bytes, Take&& take) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    take(line, number);
  }
}

}  // namespace nibble
