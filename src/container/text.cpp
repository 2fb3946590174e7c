#include "container/text.h"

#include <algorithm>

namespace nibble {

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
