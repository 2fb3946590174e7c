#include "container/shard_name.h"

#include <charconv>
#include <cstdio>

namespace nibble {

std::string ShardName::name_of(uint64_t other) const {
  char numbers[32];
  std::snprintf(numbers, sizeof numbers, "-%05u-of-%05u", static_cast<unsigned>(other), static_cast<unsigned>(count));
  return std::string(prefix).append(numbers).append(extension);
}

std::optional<ShardName> parse_shard_name(std::string_view name) {
  // -NNNNN-of-NNNNN before the last dot
  const size_t end = name.rfind('.');
  constexpr size_t digits = 5, tail = 1 + digits + 4 + digits;
  if (end == std::string_view::npos || end < tail) return {};
  const std::string_view part = name.substr(end - tail, tail);
  ShardName result{name.substr(0, end - tail), name.substr(end), 0, 0};
  const auto read = [](std::string_view text, uint64_t& number) {
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && stop == text.data() + text.size();
  };
  if (part[0] != '-' || part.substr(1 + digits, 4) != "-of-") return {};
  if (!read(part.substr(1, digits), result.number) || !read(part.substr(1 + digits + 4), result.count)) return {};
  return result;
}

}  // namespace nibble
