#include "tokenizer/tokenizer_json.h"

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// Several times the longest list known (Gemma's, 580 604).
constexpr size_t max_merges = size_t{1} << 23;

[[noreturn]] void damaged(const std::string& what) {
  throw Error("tokenizer.json is damaged: " + what + ". Download it again.");
}

/// Takes model.vocab and model.merges out of the stream of values while the rest becomes a JSON value.
class LongLists {
 public:
  explicit LongLists(TokenizerJson& file) : file_(file) {}

  bool keep(int depth, FileJson::parse_event_t event, FileJson& parsed) {
    using Event = FileJson::parse_event_t;
    if (event == Event::key) {
      if (depth <= 3) keys_[depth - 1] = parsed.get_ref<const std::string&>();
      return depth != 3 || keys_[0] != "model" || keys_[1] != "vocab";
    }
    if (depth < 3 || keys_[0] != "model") return true;
    if (keys_[1] == "vocab") {
      take_token(depth, event, parsed);
      return false;
    }
    if (keys_[1] == "merges") return take_merge(depth, event, parsed);
    return true;
  }

 private:
  /// Vocabularies of Unigram models are lists; they are dropped here and refused by the model's type.
  void take_token(int depth, FileJson::parse_event_t event, const FileJson& parsed) {
    if (depth != 3 || event != FileJson::parse_event_t::value || !parsed.is_number_unsigned()) return;
    if (file_.vocabulary.size() >= max_tokens)
      damaged("its vocabulary has more than " + std::to_string(max_tokens) + " entries");
    const auto id = parsed.get<uint64_t>();
    if (id >= max_tokens) damaged("token " + in_quotes(keys_[2]) + " has the id " + std::to_string(id));
    file_.vocabulary.emplace_back(keys_[2], id);
  }

  bool take_merge(int depth, FileJson::parse_event_t event, const FileJson& parsed) {
    using Event = FileJson::parse_event_t;
    if (event == Event::array_start && depth == 3) {
      pair_.clear();
      parts_ = 0;
      return true;
    }
    if (event == Event::array_end && depth == 3) {
      if (parts_ != 2) damaged("merge " + std::to_string(file_.merges.size() + 1) + " is no pair");
      add_merge(std::move(pair_));
      pair_ = {};
      return false;
    }
    if (event == Event::value && parsed.is_string() && depth == 3) {
      add_merge(parsed.get<std::string>());
    } else if (event == Event::value && parsed.is_string() && depth == 4) {
      if (parts_++ > 0) pair_ += ' ';
      for (const char c : parsed.get_ref<const std::string&>()) c == ' ' ? pair_ += "Ġ" : pair_ += c;
    } else {
      damaged("merge " + std::to_string(file_.merges.size() + 1) + " is neither a text nor a pair of texts");
    }
    return false;
  }

  void add_merge(std::string merge) {
    if (file_.merges.size() >= max_merges) damaged("it has more than " + std::to_string(max_merges) + " merges");
    if (merge.find(' ', 1) == std::string::npos) {
      damaged("merge " + std::to_string(file_.merges.size() + 1) + ", " + in_quotes(merge) + ", has no second part");
    }
    file_.merges.push_back(std::move(merge));
  }

  TokenizerJson& file_;
  std::string keys_[3];  // the current key of the file, of its member, of that one's member
  std::string pair_;
  int parts_ = 0;
};

/// Files written before models named their type hold BPE when they hold merges.
std::string model_type(const TokenizerJson& file) {
  const std::string type = text_member(member(file.rest, "model"), "type");
  return type.empty() && !file.merges.empty() ? "BPE" : type;
}

std::vector<AddedToken> read_added_tokens(const FileJson& list) {
  std::vector<AddedToken> tokens;
  if (!list.is_array()) return tokens;
  for (const FileJson& entry : list) {
    const FileJson& id = member(entry, "id");
    const FileJson& content = member(entry, "content");
    if (!id.is_number_unsigned() || !content.is_string() || id.get<uint64_t>() >= max_tokens) {
      damaged("an entry of added_tokens has no usable id and content");
    }
    tokens.push_back({id.get<uint64_t>(), content.get<std::string>(), flag_member(entry, "special", false)});
  }
  return tokens;
}

}  // namespace

TokenizerJson read_tokenizer_json(std::span<const uint8_t> bytes) {
  TokenizerJson file;
  LongLists lists(file);
  file.rest = parse_json_file(bytes, "tokenizer.json", [&](int depth, FileJson::parse_event_t event, FileJson& parsed) {
    return lists.keep(depth, event, parsed);
  });
  file.added_tokens = read_added_tokens(member(file.rest, "added_tokens"));
  return file;
}

void require_bpe(const TokenizerJson& file) {
  const std::string type = model_type(file);
  if (type.empty()) throw Error("tokenizer.json names no kind of model. Download it again.");
  if (type != "BPE") {
    throw Error("tokenizer.json holds a " + type +
                " tokenizer. Nibble converts BPE tokenizers, as decoder models have them; convert this model with "
                "llama.cpp's convert_hf_to_gguf.py and drop the GGUF file.");
  }
  if (file.vocabulary.empty()) damaged("its vocabulary is missing or empty");
}

}  // namespace nibble
