#include "tokenizer/token_ranks.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "container/text.h"
#include "error.h"
#include "tokenizer/base64.h"
#include "tokenizer/byte_letters.h"
#include "tokenizer/json_file.h"
#include "tokenizer/merging.h"
#include "tokenizer/text_lines.h"

namespace nibble {
namespace {

constexpr std::string_view tekken_name = "tekken.json";
/// Several times the longest token known; merges take the square of it.
constexpr size_t max_token_bytes = 1024;
constexpr size_t byte_count = 256;

[[noreturn]] void damaged(std::string_view file, const std::string& what) {
  throw Error(std::string(file) + " is damaged: " + what + ". Download it again.");
}

/// The letters of a token that is written in base64.
std::string decoded(std::string_view text, std::string_view file, uint64_t rank) {
  const auto bytes = decode_base64(text);
  if (!bytes || bytes->empty()) damaged(file, "token " + std::to_string(rank) + " is not written in base64");
  if (bytes->size() > max_token_bytes) {
    damaged(file, "token " + std::to_string(rank) + " has " + std::to_string(bytes->size()) + " bytes, and at most " +
                      std::to_string(max_token_bytes) + " are read");
  }
  return letters_for({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

/// Tokens of letters by their ranks.
class Ranks {
 public:
  /// `tokens`: in the order of their ranks, from 0 on. They must outlive it.
  Ranks(const std::vector<std::string>& tokens, std::string_view file) : tokens_(tokens), file_(file) {
    ranks_.reserve(tokens.size());
    for (size_t rank = 0; rank < tokens.size(); ++rank) {
      const auto [same, added] = ranks_.emplace(tokens[rank], rank);
      if (added) continue;
      damaged(file, "tokens " + std::to_string(same->second) + " and " + std::to_string(rank) + " are the same bytes");
    }
    for (size_t byte = 0; byte < byte_count; ++byte) {
      const char itself = static_cast<char>(byte);
      if (ranks_.contains(letters_for({&itself, 1}))) continue;
      damaged(file, "byte " + std::to_string(byte) + " is no token, so texts with it could not be read");
    }
  }

  /// All pairs of tokens that make each token, by rank, then by the ranks of the two.
  std::vector<std::string> all_pairs() const {
    std::vector<std::string> merges;
    for (size_t rank = 0; rank < tokens_.size(); ++rank) {
      const std::string_view token = tokens_[rank];
      std::vector<std::pair<std::pair<size_t, size_t>, size_t>> found;
      for (size_t at = utf8_length(token[0]); at < token.size(); at += utf8_length(token[at])) {
        const auto left = ranks_.find(token.substr(0, at)), right = ranks_.find(token.substr(at));
        if (left != ranks_.end() && right != ranks_.end()) found.push_back({{left->second, right->second}, at});
      }
      if (found.empty() && utf8_length(token[0]) < token.size()) no_parts(rank);
      std::sort(found.begin(), found.end());
      for (const auto& [ranks, at] : found) add(merges, token, at);
    }
    return merges;
  }

  /// The two tokens that each token ends as when its bytes are merged by lower ranks.
  std::vector<std::string> last_pairs() const {
    std::vector<std::string> merges;
    for (size_t rank = 0; rank < tokens_.size(); ++rank) {
      const std::string_view token = tokens_[rank];
      if (utf8_length(token[0]) == token.size()) continue;
      const auto order = [&](std::string_view left, std::string_view right) -> std::optional<double> {
        // The two are neighbours in one text.
        const auto pair = ranks_.find({left.data(), left.size() + right.size()});
        if (pair == ranks_.end() || pair->second >= rank) return std::nullopt;
        return static_cast<double>(pair->second);
      };
      std::vector<std::string_view> parts;
      merge_characters(token, order, [&](std::string_view part) { parts.push_back(part); });
      if (parts.size() != 2) no_parts(rank);
      add(merges, token, parts[0].size());
    }
    return merges;
  }

 private:
  [[noreturn]] void no_parts(size_t rank) const {
    damaged(file_, "token " + std::to_string(rank) + ", " + in_quotes(tokens_[rank]) +
                       ", is not made of two tokens that come before it");
  }
  void add(std::vector<std::string>& merges, std::string_view token, size_t at) const {
    if (merges.size() >= max_merges) damaged(file_, "its tokens have more than " + counted(max_merges, "merge"));
    merges.push_back(std::string(token.substr(0, at)).append(1, ' ').append(token.substr(at)));
  }

  const std::vector<std::string>& tokens_;
  std::string_view file_;
  std::unordered_map<std::string_view, size_t> ranks_;
};

/// Takes the tokens of "vocab" out of the stream of values while the rest becomes a JSON value.
class TekkenTokens : public JsonEvents {
 public:
  void begin_object() override {
    const bool inside = in_tokens();
    ++depth_;
    if (!inside) return rest_.begin_object();
    if (depth_ != 3) no_token();
    rank_ = max_tokens;
    bytes_.clear();
  }
  void end_object() override {
    --depth_;
    if (!in_tokens()) return rest_.end_object();
    if (rank_ != tokens.size() || bytes_.empty()) no_token();
    tokens.push_back(bytes_);
  }
  void begin_list() override {
    const bool inside = in_tokens();
    ++depth_;
    if (inside) no_token();
    rest_.begin_list();
  }
  void end_list() override {
    --depth_;
    rest_.end_list();
  }
  void name(std::string& text) override {
    if (depth_ == 1) section_ = text;
    if (!in_tokens()) return rest_.name(text);
    member_ = text;
  }
  void value(Json&& value) override {
    if (!in_tokens()) return rest_.value(std::move(value));
    if (depth_ != 3) no_token();
    if (member_ == "rank" && value.is_unsigned()) rank_ = value.get<uint64_t>();
    if (member_ != "token_bytes" || !value.is_text()) return;
    if (tokens.size() >= max_tokens) damaged(tekken_name, "it has more than " + counted(max_tokens, "token"));
    bytes_ = decoded(value.text(), tekken_name, tokens.size());
  }

  Json take_rest() { return rest_.take(); }

  std::vector<std::string> tokens;  ///< as letters

 private:
  bool in_tokens() const { return depth_ >= 2 && section_ == "vocab"; }
  [[noreturn]] void no_token() const {
    damaged(tekken_name,
            "entry " + std::to_string(tokens.size()) + " of its vocabulary is no token with this rank and with bytes");
  }

  JsonBuilder rest_;
  size_t depth_ = 0;  // of open lists and objects
  std::string section_, member_, bytes_;
  uint64_t rank_ = 0;
};

/// Special tokens of tekken.json files that do not list theirs, which versions up to 7 need not: mistral-common.
constexpr std::string_view old_special_tokens[] = {"<unk>",
                                                   "<s>",
                                                   "</s>",
                                                   "[INST]",
                                                   "[/INST]",
                                                   "[AVAILABLE_TOOLS]",
                                                   "[/AVAILABLE_TOOLS]",
                                                   "[TOOL_RESULTS]",
                                                   "[/TOOL_RESULTS]",
                                                   "[TOOL_CALLS]",
                                                   "[IMG]",
                                                   "<pad>",
                                                   "[IMG_BREAK]",
                                                   "[IMG_END]",
                                                   "[PREFIX]",
                                                   "[MIDDLE]",
                                                   "[SUFFIX]",
                                                   "[SYSTEM_PROMPT]",
                                                   "[/SYSTEM_PROMPT]",
                                                   "[TOOL_CONTENT]"};
constexpr uint64_t last_old_version = 7;

/// "v11" -> 11; 0 when it is no version.
uint64_t version_number(std::string_view text) {
  uint64_t number = 0;
  if (text.starts_with('v')) std::from_chars(text.data() + 1, text.data() + text.size(), number);
  return number;
}

std::vector<AddedToken> special_tokens_of(const Json& rest, uint64_t count, std::string_view version) {
  std::vector<AddedToken> tokens;
  const Json& listed = member(rest, "special_tokens");
  if (listed.is_null()) {
    if (version_number(version) > last_old_version) damaged(tekken_name, "it lists no special tokens");
    for (const std::string_view text : old_special_tokens) tokens.push_back({tokens.size(), std::string(text), true});
  }
  for (const Json& one : listed.elements()) {
    const Json &rank = member(one, "rank"), &text = member(one, "token_str");
    if (!rank.is_unsigned() || rank.get<uint64_t>() != tokens.size() || !text.is_text()) {
      damaged(tekken_name,
              "entry " + std::to_string(tokens.size()) + " of its special tokens has no text or another " + "rank");
    }
    tokens.push_back({tokens.size(), text.text(), true});
  }
  if (tokens.size() > count) {
    damaged(tekken_name,
            "it has room for " + std::to_string(count) + " special tokens and lists " + std::to_string(tokens.size()));
  }
  while (tokens.size() < count)
    tokens.push_back({tokens.size(), "<SPECIAL_" + std::to_string(tokens.size()) + ">", true});
  return tokens;
}

uint64_t size_in(const Json& config, std::string_view key) {
  const Json& value = member(config, key);
  if (value.is_unsigned() && value.get<uint64_t>() <= max_tokens) return value.get<uint64_t>();
  damaged(tekken_name, "its \"config\" has no usable " + in_quotes(key));
}

/// A model whose lists of ranks are published under this name.
struct KnownList {
  std::string_view file, pre;
  std::vector<std::string> special;  ///< behind the tokens of the list
  std::vector<std::pair<std::string_view, std::string_view>> named;
  bool begins;
};
const std::vector<KnownList>& known_lists() {
  static const std::vector<KnownList> lists = [] {
    // Llama 3's tokenizer.py, and Qwen's tokenization_qwen.py.
    std::vector<std::string> llama = {"<|begin_of_text|>", "<|end_of_text|>"},
                             qwen = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
    for (int i = 0; i < 4; ++i) llama.push_back("<|reserved_special_token_" + std::to_string(i) + "|>");
    llama.insert(llama.end(),
                 {"<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token_4|>", "<|eot_id|>"});
    for (int i = 5; i < 251; ++i) llama.push_back("<|reserved_special_token_" + std::to_string(i) + "|>");
    for (int i = 0; i < 205; ++i) qwen.push_back("<|extra_" + std::to_string(i) + "|>");
    return std::vector<KnownList>{
        {"tokenizer.model",
         "llama-bpe",
         llama,
         {{"bos", "<|begin_of_text|>"}, {"eos", "<|end_of_text|>"}, {"eot", "<|eot_id|>"}},
         true},
        {"qwen.tiktoken",
         "qwen2",
         qwen,
         {{"bos", "<|endoftext|>"}, {"eos", "<|endoftext|>"}, {"unk", "<|endoftext|>"}},
         false},
        {"tiktoken.model", "kimi-k2", {}, {}, false},
    };
  }();
  return lists;
}

/// "IQ== 0": what it stands for and its rank; nothing when the line is none.
std::optional<std::pair<std::string_view, uint64_t>> parse_line(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return {};
  uint64_t rank = 0;
  const char* end = line.data() + line.size();
  const auto read = std::from_chars(line.data() + space + 1, end, rank);
  if (read.ec != std::errc() || read.ptr != end || rank >= max_tokens) return {};
  return std::pair{line.substr(0, space), rank};
}

/// A pre-tokenizer of tokenizer.json that keeps the matches of an expression, then writes bytes as letters.
Json cutting_by(const std::string& pattern) {
  const Json split{
      {"type", "Split"}, {"pattern", Json{{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
  const Json letters{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  return Json{{"type", "Sequence"}, {"pretokenizers", Json::list({split, letters})}};
}

}  // namespace

TokenizerJson read_tekken(std::span<const uint8_t> bytes) {
  TekkenTokens read;
  read_json_file(bytes, tekken_name, read);
  const Json rest = read.take_rest();
  const Json& config = member(rest, "config");
  const uint64_t all = size_in(config, "default_vocab_size"), special = size_in(config, "default_num_special_tokens");
  if (special > all || all - special > read.tokens.size()) {
    damaged(tekken_name, "it says that it has " + counted(all, "token") + ", " + std::to_string(special) +
                             " of them special, and lists " + std::to_string(read.tokens.size()) + " others");
  }
  read.tokens.resize(all - special);
  TokenizerJson file;
  file.merges = Ranks(read.tokens, tekken_name).all_pairs();
  file.version = text_member(config, "version");
  if (version_number(file.version) == 0) damaged(tekken_name, "its \"config\" names no version");
  file.added_tokens = special_tokens_of(rest, special, file.version);
  for (uint64_t rank = 0; rank < read.tokens.size(); ++rank) {
    file.vocabulary.emplace_back(std::move(read.tokens[rank]), special + rank);
  }
  file.rest = Json{{"model", Json{{"type", "BPE"}}}, {"pre_tokenizer", cutting_by(text_member(config, "pattern"))}};
  file.origin = TokenizerJson::Origin::tekken;
  file.named = {{"bos", "<s>"}, {"eos", "</s>"}, {"unk", "<unk>"}, {"pad", "<pad>"}};
  return file;
}

bool is_rank_list(std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  const auto parsed = parse_line(line);
  return parsed && decode_base64(parsed->first).has_value();
}

TokenizerJson read_rank_list(std::span<const uint8_t> bytes, std::string_view name) {
  std::vector<std::string> tokens;
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    if (line.empty()) return;
    const auto parsed = parse_line(line);
    if (!parsed) damaged(name, "line " + std::to_string(number) + " is no token with a rank");
    const auto& [text, rank] = *parsed;
    if (rank >= tokens.size()) tokens.resize(rank + 1);
    if (!tokens[rank].empty()) damaged(name, "the rank " + std::to_string(rank) + " belongs to two tokens");
    tokens[rank] = decoded(text, name, rank);
  });
  const auto gap = std::find(tokens.begin(), tokens.end(), std::string());
  if (gap != tokens.end()) damaged(name, "it has no token of the rank " + std::to_string(gap - tokens.begin()));
  TokenizerJson file;
  file.merges = Ranks(tokens, name).last_pairs();
  for (uint64_t rank = 0; rank < tokens.size(); ++rank) file.vocabulary.emplace_back(std::move(tokens[rank]), rank);
  file.rest = Json{{"model", Json{{"type", "BPE"}}}, {"decoder", Json{{"type", "ByteLevel"}}}};
  file.origin = TokenizerJson::Origin::ranks;
  for (const KnownList& known : known_lists()) {
    if (known.file != name) continue;
    file.pre = known.pre;
    file.named = known.named;
    file.begins = known.begins;
    for (const std::string& text : known.special) {
      file.added_tokens.push_back({tokens.size() + file.added_tokens.size(), text, true});
    }
  }
  return file;
}

}  // namespace nibble
