#include <algorithm>

#include "tokenizer/fragment_encoder.h"
#include "tokenizer/unicode.h"

namespace nibble {
namespace {

/// Ideographs, each of which is a word. The second to last but two ranges are as BERT's tokenizers have them.
bool is_ideograph(char32_t point) {
  return (point >= 0x4e00 && point <= 0x9fff) || (point >= 0x3400 && point <= 0x4dbf) ||
         (point >= 0x20000 && point <= 0x2a6df) || (point >= 0x2a700 && point <= 0x2b73f) ||
         (point >= 0x2b740 && point <= 0x2b81f) || (point >= 0x2b920 && point <= 0x2ceaf) ||
         (point >= 0xf900 && point <= 0xfaff) || (point >= 0x2f800 && point <= 0x2fa1f);
}

/// Words end at spaces and around punctuation and ideographs; a word is the longest tokens from left to right, or, if
/// it cannot be made of tokens, unknown as a whole. In a model file ▁ marks the start of a word.
class WordPieceEncoder : public FragmentEncoder {
 public:
  WordPieceEncoder(const TokenTable& table, const GgufHeader& metadata, std::optional<uint32_t> unknown)
      : table_(table),
        unknown_(unknown),
        lower_case_(metadata.truth("tokenizer.ggml.normalizer.lowercase").value_or(true)),
        strip_accents_(metadata.truth("tokenizer.ggml.normalizer.strip_accents").value_or(lower_case_)) {}

  void encode(std::string_view text, bool, std::vector<uint32_t>& ids) const override {
    for (const std::string& word : words(text)) encode_word("▁" + word, ids);
  }

  std::string decode(std::string_view token) const override { return with_spaces(token); }

 private:
  std::vector<std::string> words(std::string_view text) const {
    std::vector<std::string> found(1);
    const auto end_word = [&] {
      if (!found.back().empty()) found.emplace_back();
    };
    for (char32_t point : code_points(text)) {
      if (strip_accents_) point = base_letter(point);
      const UnicodeClass point_class = unicode_class(point);
      if (is_white_space(point)) {
        end_word();
        continue;
      }
      if (point == replacement_character || point_class == UnicodeClass::other) continue;
      if (strip_accents_ && point_class == UnicodeClass::mark) continue;
      const bool alone = point_class == UnicodeClass::punctuation || is_ideograph(point) ||
                         (point < 0x7f && point_class == UnicodeClass::symbol);
      if (alone) end_word();
      append_utf8(found.back(), lower_case_ ? lower_case(point) : point);
      if (alone) end_word();
    }
    if (found.back().empty()) found.pop_back();
    return found;
  }

  void encode_word(std::string_view word, std::vector<uint32_t>& ids) const {
    const size_t before = ids.size();
    while (!word.empty()) {
      std::optional<uint32_t> token;
      size_t length = std::min(word.size(), table_.longest());
      while (length > 0 && !(token = table_.find(word.substr(0, length)))) --length;
      if (!token) {
        ids.resize(before);
        if (unknown_) ids.push_back(*unknown_);
        return;
      }
      ids.push_back(*token);
      word.remove_prefix(length);
    }
  }

  const TokenTable& table_;
  std::optional<uint32_t> unknown_;
  bool lower_case_, strip_accents_;
};

}  // namespace

std::unique_ptr<FragmentEncoder> word_piece_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                    std::optional<uint32_t> unknown) {
  return std::make_unique<WordPieceEncoder>(table, metadata, unknown);
}

}  // namespace nibble
