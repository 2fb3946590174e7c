#include "tokenizer/tokenizer_json.h"

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

[[noreturn]] void damaged(const std::string& what) {
  throw Error("tokenizer.json is damaged: " + what + ". Download it again.");
}

/// Takes model.vocab and model.merges out of the stream of values while the rest becomes a JSON value.
class LongLists : public JsonEvents {
 public:
  explicit LongLists(TokenizerJson& file) : file_(file) {}

  void begin_object() override {
    const Section section = enter();
    if (section == Section::merges) no_merge();
    if (section == Section::vocabulary && has_scores_) no_entry();
    if (section == Section::rest) rest_.begin_object();
  }
  void end_object() override {
    if (leave() == Section::rest) rest_.end_object();
  }
  void begin_list() override {
    const Section section = enter();
    if (section == Section::merges) begin_pair();
    if (section == Section::vocabulary && has_scores_) begin_entry();
    if (section != Section::rest) return;
    rest_.begin_list();
    has_scores_ = this->section() == Section::vocabulary && depth_ == 3;
  }
  void end_list() override {
    const Section section = leave();
    if (section == Section::merges) end_pair();
    if (section == Section::vocabulary && has_scores_) end_entry();
    if (section == Section::rest) rest_.end_list();
  }
  void name(std::string& text) override {
    if (depth_ <= 3) keys_[depth_ - 1] = text;
    if (section() == Section::rest) rest_.name(text);
  }
  void value(Json&& value) override {
    switch (section()) {
      case Section::rest: return rest_.value(std::move(value));
      case Section::vocabulary: return has_scores_ ? take_entry(value) : take_token(value);
      case Section::merges: return take_merge(value);
    }
  }

  Json take_rest() { return rest_.take(); }

 private:
  enum class Section { rest, vocabulary, merges };
  /// What a value belongs to that comes now.
  Section section() const {
    if (depth_ < 3 || keys_[0] != "model") return Section::rest;
    return keys_[1] == "vocab" ? Section::vocabulary : keys_[1] == "merges" ? Section::merges : Section::rest;
  }
  Section enter() {
    const Section outside = section();
    ++depth_;
    return outside;
  }
  Section leave() {
    --depth_;
    return section();
  }

  void refuse_too_many() const {
    if (file_.vocabulary.size() < max_tokens) return;
    damaged("its vocabulary has more than " + std::to_string(max_tokens) + " entries");
  }

  void take_token(const Json& value) {
    if (depth_ != 3 || !value.is_unsigned()) return;
    refuse_too_many();
    const auto id = value.get<uint64_t>();
    if (id >= max_tokens) damaged("token " + in_quotes(keys_[2]) + " has the id " + std::to_string(id));
    file_.vocabulary.emplace_back(keys_[2], id);
  }

  /// Of Unigram: [text, score], the id being the place in the list.
  [[noreturn]] void no_entry() const {
    damaged("entry " + std::to_string(file_.vocabulary.size()) + " of its vocabulary is no text with a score");
  }
  void begin_entry() {
    if (depth_ != 4) no_entry();
    refuse_too_many();
    parts_ = 0;
  }
  void take_entry(const Json& value) {
    const int part = parts_++;
    if (depth_ != 4 || part > 1 || !(part == 0 ? value.is_text() : value.is_number())) no_entry();
    if (part == 0) {
      pair_ = value.text();
    } else {
      score_ = static_cast<float>(value.get<double>());
    }
  }
  void end_entry() {
    if (parts_ != 2) no_entry();
    file_.vocabulary.emplace_back(std::move(pair_), file_.vocabulary.size());
    file_.scores.push_back(score_);
    pair_ = {};
  }

  [[noreturn]] void no_merge() const {
    damaged("merge " + std::to_string(file_.merges.size() + 1) + " is neither a text nor a pair of texts");
  }

  void begin_pair() {
    if (depth_ != 4) no_merge();
    pair_.clear();
    parts_ = 0;
  }
  void end_pair() {
    if (parts_ != 2) damaged("merge " + std::to_string(file_.merges.size() + 1) + " is no pair");
    add_merge(std::move(pair_));
    pair_ = {};
  }

  void take_merge(const Json& value) {
    if (!value.is_text()) no_merge();
    if (depth_ == 3) return add_merge(value.text());
    if (parts_++ > 0) pair_ += ' ';
    for (const char c : value.text()) c == ' ' ? pair_ += "Ġ" : pair_ += c;
  }

  void add_merge(std::string merge) {
    if (file_.merges.size() >= max_merges) damaged("it has more than " + std::to_string(max_merges) + " merges");
    if (merge.find(' ', 1) == std::string::npos) {
      damaged("merge " + std::to_string(file_.merges.size() + 1) + ", " + in_quotes(merge) + ", has no second part");
    }
    file_.merges.push_back(std::move(merge));
  }

  TokenizerJson& file_;
  JsonBuilder rest_;
  size_t depth_ = 0;         // of open lists and objects
  std::string keys_[3];      // the current key of the file, of its member, of that one's member
  bool has_scores_ = false;  // model.vocab is a list
  std::string pair_;
  float score_ = 0;
  int parts_ = 0;
};

/// Files written before models named their type hold BPE when they hold merges, Unigram when they hold scores.
std::string model_type(const TokenizerJson& file) {
  const std::string type = text_member(member(file.rest, "model"), "type");
  if (!type.empty()) return type;
  return !file.merges.empty() ? "BPE" : !file.scores.empty() ? "Unigram" : "";
}

std::vector<AddedToken> read_added_tokens(const Json& list) {
  std::vector<AddedToken> tokens;
  for (const Json& entry : list.elements()) {
    const Json& id = member(entry, "id");
    const Json& content = member(entry, "content");
    if (!id.is_unsigned() || !content.is_text() || id.get<uint64_t>() >= max_tokens) {
      damaged("an entry of added_tokens has no usable id and content");
    }
    tokens.push_back({id.get<uint64_t>(), content.text(), flag_member(entry, "special", false)});
  }
  return tokens;
}

}  // namespace

TokenizerJson read_tokenizer_json(std::span<const uint8_t> bytes) {
  TokenizerJson file;
  LongLists lists(file);
  if (!bytes.empty()) read_json_file(bytes, "tokenizer.json", lists);
  file.rest = lists.take_rest();
  file.added_tokens = read_added_tokens(member(file.rest, "added_tokens"));
  return file;
}

TokenizerKind kind_of(const TokenizerJson& file) {
  const std::string type = model_type(file);
  if (type.empty()) throw Error("tokenizer.json names no kind of model. Download it again.");
  if (type != "BPE" && type != "WordPiece" && type != "Unigram") {
    throw Error("tokenizer.json holds a " + type +
                " tokenizer. GGUF has vocabularies for BPE, WordPiece and Unigram; llama.cpp cannot use this one.");
  }
  if (file.vocabulary.empty()) damaged("its vocabulary is missing or empty");
  if ((type == "Unigram") == file.scores.empty()) {
    damaged("a vocabulary of " + type +
            (file.scores.empty() ? " has scores, and this one has none" : " has no scores"));
  }
  return type == "BPE"         ? TokenizerKind::byte_pairs
         : type == "WordPiece" ? TokenizerKind::word_pieces
                               : TokenizerKind::unigrams;
}

}  // namespace nibble
