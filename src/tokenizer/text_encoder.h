#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf.h"

namespace nibble {

/// Turns texts into the tokens of a model, as llama.cpp does, by the vocabulary in its metadata: SentencePiece
/// ("llama"), byte-level BPE ("gpt2", "gemma4"), WordPiece ("bert") or Unigram ("t5").
///
/// It is code of the program's own and not the regular expressions of a browser, because its tokens become bytes of
/// importance matrices, and browsers know Unicode in different versions.
class TextEncoder {
 public:
  /// Throws Error for a model without a vocabulary, or with one of another kind.
  static TextEncoder of(const GgufHeader& metadata);
  TextEncoder(TextEncoder&&) noexcept;
  ~TextEncoder();

  /// The tokens of a text (UTF-8). `add_special` puts the tokens around it that the model begins and ends texts with.
  /// Tokens the vocabulary marks as defined by its users are found in the text as they are; with `parse_special` those
  /// that control a conversation, too.
  std::vector<uint32_t> encode(std::string_view text, bool add_special, bool parse_special = false) const;

  /// The bytes a token stands for; of tokens that are no text, their name.
  std::string piece(uint32_t id) const;
  /// The token that every text begins with, if there is one.
  std::optional<uint32_t> begin() const;
  size_t tokens() const;

 private:
  struct Parts;
  explicit TextEncoder(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace nibble
