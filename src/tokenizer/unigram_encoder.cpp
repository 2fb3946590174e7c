#include <algorithm>
#include <limits>
#include <span>

#include "tokenizer/character_map.h"
#include "tokenizer/fragment_encoder.h"
#include "tokenizer/unicode.h"

namespace nibble {
namespace {

std::span<const uint8_t> bytes_of_list(const GgufHeader& metadata, std::string_view key) {
  const KeyValue* list = metadata.find(key);
  if (!list || list->type != ValueType::array || value_type_bytes(list->element) != 1) return {};
  return std::span(metadata.bytes).subspan(list->elements, list->count);
}

/// The tokens whose scores, logarithms of probabilities, have the largest sum.
class UnigramEncoder : public FragmentEncoder {
 public:
  UnigramEncoder(const TokenTable& table, const GgufHeader& metadata, std::optional<uint32_t> unknown)
      : table_(table),
        characters_(bytes_of_list(metadata, "tokenizer.ggml.precompiled_charsmap")),
        unknown_(unknown),
        add_space_prefix_(metadata.truth("tokenizer.ggml.add_space_prefix").value_or(false)),
        join_spaces_(metadata.truth("tokenizer.ggml.remove_extra_whitespaces").value_or(false)) {
    float least = std::numeric_limits<float>::max();
    for (uint32_t id = 0; id < table.size(); ++id) {
      if (table.is(id, TokenType::normal)) least = std::min(least, table.score(id));
      if (table.is(id, TokenType::user_defined)) defined_.emplace_back(table.text(id));
    }
    unknown_score_ = least - 10.0f;  // SentencePiece's penalty
    std::sort(defined_.begin(), defined_.end());
  }

  void encode(std::string_view text, bool, std::vector<uint32_t>& ids) const override {
    const std::string normal = normalized(text);
    struct Best {
      double score = -std::numeric_limits<double>::max();
      size_t start = 0;
      std::optional<uint32_t> token;  // none: the unknown one
    };
    std::vector<Best> best(normal.size() + 1);  // of what ends there
    best[0].score = 0;
    for (size_t start = 0; start < normal.size();) {
      const size_t character = std::min(utf8_length(normal[start]), normal.size() - start);
      const auto offer = [&](size_t length, double score, std::optional<uint32_t> token) {
        Best& there = best[start + length];
        if (best[start].score + score > there.score) there = {best[start].score + score, start, token};
      };
      bool alone = false;
      for (size_t length = 1; length <= std::min(table_.longest(), normal.size() - start); ++length) {
        const auto token = table_.find(std::string_view(normal).substr(start, length));
        if (!token || !is_text(*token)) continue;
        offer(length, table_.is(*token, TokenType::user_defined) ? 0.0 : table_.score(*token), token);
        alone = alone || length == character;
      }
      if (!alone) offer(character, unknown_score_, std::nullopt);
      start += character;
    }
    std::vector<uint32_t> backwards;
    bool unknown_before = false;
    for (size_t at = normal.size(); at > 0; at = best[at].start) {
      const bool is_unknown = !best[at].token || best[at].token == unknown_;
      if (!is_unknown) backwards.push_back(*best[at].token);
      if (is_unknown && !unknown_before && unknown_) backwards.push_back(*unknown_);
      unknown_before = is_unknown;
    }
    ids.insert(ids.end(), backwards.rbegin(), backwards.rend());
  }

  std::string decode(std::string_view token) const override { return with_spaces(token); }

 private:
  bool is_text(uint32_t id) const {
    return table_.is(id, TokenType::normal) || table_.is(id, TokenType::user_defined) ||
           table_.is(id, TokenType::unused);
  }

  /// Bytes at the start of a text that a token of users' begins with: those stay as they are.
  size_t defined_start(std::string_view text) const {
    size_t length = 0;
    for (auto from = defined_.begin(); length < text.size(); ++length) {
      from = std::lower_bound(from, defined_.end(), text.substr(0, length + 1));
      if (from == defined_.end() || !from->starts_with(text.substr(0, length + 1))) break;
    }
    return length;
  }

  std::string normalized(std::string_view text) const {
    static constexpr std::string_view mark = "▁", replacement = "\xef\xbf\xbd";
    std::string result;
    bool in_word = false, has_prefix = false;
    while (!text.empty()) {
      size_t used = defined_start(text);
      std::string_view piece = text.substr(0, used);
      if (used == 0) {
        const CharacterMap::Match match = characters_.find(text);
        const std::u32string points = code_points(text.substr(0, utf8_length(text[0])));
        const bool good = text.starts_with(replacement) || (points.size() == 1 && points[0] != replacement_character);
        used = match.bytes > 0 ? match.bytes : good ? utf8_length(text[0]) : 1;
        piece = match.bytes > 0 ? match.by : good ? text.substr(0, used) : replacement;
      }
      text.remove_prefix(used);
      for (const char c : piece) {
        if (c == ' ') {
          in_word = false;
          if (!join_spaces_) result += mark;
          continue;
        }
        if (!in_word && ((add_space_prefix_ && !has_prefix) || join_spaces_)) {
          result += mark;
          has_prefix = true;
        }
        in_word = true;
        result += c;
      }
    }
    return result;
  }

  const TokenTable& table_;
  CharacterMap characters_;
  std::optional<uint32_t> unknown_;
  bool add_space_prefix_, join_spaces_;
  float unknown_score_;
  std::vector<std::string> defined_;  // sorted
};

}  // namespace

std::unique_ptr<FragmentEncoder> unigram_encoder(const TokenTable& table, const GgufHeader& metadata,
                                                 std::optional<uint32_t> unknown) {
  return std::make_unique<UnigramEncoder>(table, metadata, unknown);
}

}  // namespace nibble
