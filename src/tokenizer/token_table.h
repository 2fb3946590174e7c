#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "container/gguf.h"
#include "tokenizer/vocabulary.h"

namespace nibble {

/// The tokens of a model file, by id and by text.
class TokenTable {
 public:
  /// Throws Error when the metadata has none, or lists that do not belong together.
  explicit TokenTable(const GgufHeader& metadata);

  size_t size() const { return texts_.size(); }
  /// As the file writes it: with ▁ or letters for bytes.
  std::string_view text(uint32_t id) const { return texts_[id]; }
  float score(uint32_t id) const { return id < scores_.size() ? scores_[id] : 0; }
  bool is(uint32_t id, TokenType type) const { return this->type(id) == static_cast<int32_t>(type); }
  std::optional<uint32_t> find(std::string_view text) const;
  /// The token for one byte, <0x0A>; where there is none, the token whose text is that byte.
  std::optional<uint32_t> find_byte(uint8_t byte) const;
  /// The byte of a token that stands for one.
  std::optional<uint8_t> byte_of(uint32_t id) const;
  size_t longest() const { return longest_; }  ///< bytes

 private:
  int32_t type(uint32_t id) const { return id < types_.size() ? types_[id] : static_cast<int32_t>(TokenType::normal); }

  std::vector<std::string> texts_;
  std::vector<float> scores_;
  std::vector<int32_t> types_;
  std::unordered_map<std::string_view, uint32_t> ids_;
  size_t longest_ = 0;
};

/// The texts of a list of metadata; empty when it is missing or another kind.
std::vector<std::string> texts_of_list(const GgufHeader& metadata, std::string_view key);

/// A text with every space written ▁.
std::string with_marks(std::string_view text);

}  // namespace nibble
