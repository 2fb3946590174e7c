#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// SentencePiece's precompiled map of characters: a length, a trie of that many bytes (a double array whose children
/// are found by exclusive or) and the texts that stand for what the trie knows, each ended by a zero.
class CharacterMap {
 public:
  /// No bytes replace nothing. Throws Error for damage.
  explicit CharacterMap(std::span<const uint8_t> bytes);

  struct Match {
    size_t bytes = 0;  ///< of the text that is replaced
    std::string_view by;
  };
  /// The longest start of a text that is to be replaced. Throws Error for damage.
  Match find(std::string_view text) const;

 private:
  std::vector<uint32_t> units_;
  std::string texts_;
};

}  // namespace nibble
