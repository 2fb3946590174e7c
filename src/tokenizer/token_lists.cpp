#include "tokenizer/token_lists.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "container/placeholder.h"
#include "container/text.h"
#include "error.h"
#include "tokenizer/json_file.h"
#include "tokenizer/text_lines.h"

namespace nibble {
namespace {

[[noreturn]] void damaged(const std::string& file, const std::string& what) {
  throw Error(file + " is damaged: " + what + ". Download it again.");
}

/// An object of texts and ids, which never exists as a JSON value.
class TextsAndIds : public JsonEvents {
 public:
  void begin_object() override { open(true); }
  void end_object() override { --depth_; }
  void begin_list() override { open(false); }
  void end_list() override { --depth_; }
  void name(std::string& text) override { text_ = text; }
  void value(Json&& value) override {
    if (depth_ == 0) no_object();
    const uint64_t id = value.is_unsigned() ? value.get<uint64_t>() : max_tokens;
    if (id >= max_tokens) no_id();
    if (!ids_.insert(id).second) damaged("vocab.json", "the id " + std::to_string(id) + " belongs to two tokens");
    found.emplace_back(text_, id);
  }

  std::vector<std::pair<std::string, uint64_t>> found;

 private:
  void open(bool object) {
    if (depth_ == 0 && !object) no_object();
    if (depth_++ > 0) no_id();
  }
  [[noreturn]] static void no_object() { damaged("vocab.json", "it is no object of tokens and their ids"); }
  [[noreturn]] void no_id() const { damaged("vocab.json", "token " + in_quotes(text_) + " has no usable id"); }

  std::string text_;
  std::unordered_set<uint64_t> ids_;
  size_t depth_ = 0;  // of open lists and objects
};

std::vector<std::string> read_merges(std::span<const uint8_t> bytes) {
  if (const auto reason = placeholder_reason(bytes)) throw Error("merges.txt is no list of merges. " + *reason);
  std::vector<std::string> merges;
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    if (line.empty() || (number == 1 && line.starts_with("#version"))) return;
    const size_t space = line.find(' ');
    const bool pair = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                      line.find(' ', space + 1) > line.size();
    if (!pair)
      damaged("merges.txt", "line " + std::to_string(number) + ", " + in_quotes(line) + ", is no pair of texts");
    if (merges.size() >= max_merges) damaged("merges.txt", "it has more than " + counted(max_merges, "merge"));
    merges.emplace_back(line);
  });
  if (merges.empty()) damaged("merges.txt", "it holds no merges");
  return merges;
}

void require_tokens_of_merges(const TokenizerJson& file) {
  std::unordered_set<std::string_view> texts;
  texts.reserve(file.vocabulary.size());
  for (const auto& [text, id] : file.vocabulary) texts.insert(text);
  std::string merged;
  for (const std::string& merge : file.merges) {
    const size_t space = merge.find(' ');
    merged.assign(merge, 0, space).append(merge, space + 1);
    if (texts.contains(merged)) continue;
    throw Error("merges.txt makes " + in_quotes(merged) + " of " + in_quotes(merge) +
                ", and vocab.json has no such token: the two files belong to different models. Download both again.");
  }
}

}  // namespace

TokenizerJson read_byte_pair_lists(std::span<const uint8_t> vocabulary, std::span<const uint8_t> merges) {
  if (merges.empty()) {
    throw Error(
        "The folder has vocab.json and no merges.txt: neither says alone how texts become tokens. Add the merges.txt "
        "the model was published with, or its tokenizer.json.");
  }
  if (vocabulary.empty()) {
    throw Error(
        "The folder has merges.txt and no vocab.json: neither says alone how texts become tokens. Add the vocab.json "
        "the model was published with, or its tokenizer.json.");
  }
  TokenizerJson file;
  TextsAndIds tokens;
  read_json_file(vocabulary, "vocab.json", tokens);
  if (tokens.found.empty()) damaged("vocab.json", "it holds no tokens");
  file.vocabulary = std::move(tokens.found);
  file.merges = read_merges(merges);
  require_tokens_of_merges(file);
  file.rest = Json{{"model", Json{{"type", "BPE"}}}, {"decoder", Json{{"type", "ByteLevel"}}}};
  file.origin = TokenizerJson::Origin::lists;
  return file;
}

TokenizerJson read_word_piece_list(std::span<const uint8_t> bytes) {
  if (const auto reason = placeholder_reason(bytes)) throw Error("vocab.txt is no list of tokens. " + *reason);
  std::unordered_map<std::string, uint64_t> ids;
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    if (number > max_tokens) damaged("vocab.txt", "it has more than " + counted(max_tokens, "line"));
    if (line.find('\0') != std::string_view::npos) {
      damaged("vocab.txt", "line " + std::to_string(number) + " is no text");
    }
    if (!line.empty()) ids.insert_or_assign(std::string(line), number - 1);
  });
  if (ids.empty()) damaged("vocab.txt", "it holds no tokens");
  TokenizerJson file;
  file.vocabulary.assign(ids.begin(), ids.end());
  std::sort(file.vocabulary.begin(), file.vocabulary.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  file.rest = Json{{"model", Json{{"type", "WordPiece"}}}};
  file.origin = TokenizerJson::Origin::lists;
  return file;
}

}  // namespace nibble
