#include "tokenizer/character_map.h"

#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

uint32_t offset(uint32_t unit) { return unit >> 10 << ((unit >> 9 & 1) * 8); }

[[noreturn]] void damaged() {
  throw Error("The map of characters of the model's tokenizer is damaged. Download the file again.");
}

}  // namespace

CharacterMap::CharacterMap(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  const uint64_t trie = bytes.size() < 4 ? 0 : load<uint32_t>(bytes.data());
  if (bytes.size() < 4 || trie == 0 || trie % 4 != 0 || trie + 4 >= bytes.size() || bytes.back() != 0) damaged();
  for (size_t at = 4; at < trie + 4; at += 4) units_.push_back(load<uint32_t>(bytes.data() + at));
  texts_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(trie) + 4, bytes.end());
}

CharacterMap::Match CharacterMap::find(std::string_view text) const {
  Match longest;
  if (units_.empty()) return longest;
  uint32_t node = offset(units_[0]);
  for (size_t i = 0; i < text.size() && text[i] != 0; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    node ^= byte;
    if (node >= units_.size() || (units_[node] & 0x800000ffu) != byte) break;
    const uint32_t unit = units_[node];
    node ^= offset(unit);
    if (!(unit >> 8 & 1)) continue;
    const uint32_t value = node < units_.size() ? units_[node] & 0x7fffffffu : ~0u;
    if (value >= texts_.size()) damaged();
    longest = {i + 1, texts_.c_str() + value};
  }
  return longest;
}

}  // namespace nibble
