#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Byte-pair encoding by ranks alone, as tiktoken defines it: the two neighbours that make the token of the lowest rank
/// become one, the leftmost of equals first, until no two make a token. Every round looks at all neighbours.
namespace nibble::reference {

/// Tokens are bytes. The ids are `first` and the ranks.
inline std::vector<uint32_t> ids_by_ranks(std::string_view word, const std::map<std::string, uint32_t>& ranks,
                                          uint32_t first) {
  std::vector<std::string> parts;
  for (const char byte : word) parts.emplace_back(1, byte);
  for (;;) {
    size_t best = parts.size();
    uint32_t lowest = UINT32_MAX;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found == ranks.end() || found->second >= lowest) continue;
      lowest = found->second;
      best = i;
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<uint32_t> ids;
  for (const std::string& part : parts) ids.push_back(first + ranks.at(part));
  return ids;
}

}  // namespace nibble::reference
