#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <array>

#include "container/text.h"

namespace nibble {
namespace {

bool is_between(std::string_view text, std::string_view start, std::string_view end) {
  return text.size() >= start.size() + end.size() && text.starts_with(start) && text.ends_with(end);
}

}  // namespace

void Vocabulary::fill(uint64_t count, bool scored) {
  tokens.resize(count);
  for (uint64_t id = 0; id < count; ++id) tokens[id] = "[PAD" + std::to_string(id) + "]";
  types.assign(count, static_cast<int32_t>(TokenType::unused));
  scores.assign(scored ? count : 0, unused_token_score);
}

void Vocabulary::set(uint64_t id, std::string_view text, float score, TokenType type) {
  tokens[id] = text;
  types[id] = static_cast<int32_t>(type);
  if (!scores.empty()) scores[id] = score;
}

bool is_byte_token(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); };
  return text.size() == 6 && text.substr(0, 3) == "<0x" && is_hex(text[3]) && is_hex(text[4]) && text[5] == '>';
}

bool looks_special(std::string_view text) {
  static constexpr std::array<std::string_view, 4> known = {"<pad>", "<mask>", "<2mass>", "[@BOS@]"};
  return std::find(known.begin(), known.end(), text) != known.end() || is_between(text, "<|", "|>") ||
         is_between(text, "<｜", "｜>") || is_between(text, "<unused", ">");
}

std::string with_spaces(std::string_view text) {
  static constexpr std::string_view mark = "▁";
  std::string result;
  while (!text.empty()) {
    const size_t at = text.find(mark);
    result += text.substr(0, at);
    if (at == std::string_view::npos) break;
    result += ' ';
    text.remove_prefix(at + mark.size());
  }
  return result;
}

bool OutOfRange::drops(uint64_t id, std::string_view text) {
  if (id < vocab_size_) return false;
  dropped_.emplace(id, text);
  return true;
}

void OutOfRange::warn(Notes& notes) const {
  if (dropped_.empty()) return;
  const auto& [id, text] = *dropped_.begin();
  notes.add("The model has rows for " + counted(vocab_size_, "token") +
            " only. Left out: " + counted(dropped_.size(), "token") + " of the tokenizer, from " + in_quotes(text) +
            " with id " + std::to_string(id) + " on.");
}

}  // namespace nibble
