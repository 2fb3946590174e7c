#include "tokenizer/reverted_tokenizer.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "json/json.h"
#include "tokenizer/base64.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/token_table.h"
#include "tokenizer/tokenizer.h"

namespace nibble {
namespace {

constexpr std::string_view key_start = "tokenizer.";
/// What a tokenizer is no good without. Byte pairs are merged by their list; scores of theirs say nothing.
constexpr std::string_view essential[] = {"tokenizer.ggml.model", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type",
                                          "tokenizer.ggml.merges"};
constexpr std::string_view scores = "tokenizer.ggml.scores";
/// How text is cut before byte pairs are merged; of other kinds it says nothing, and older files do not have it.
constexpr std::string_view cutting_key = "tokenizer.ggml.pre";

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Makes the files of one vocabulary.
class TokenizerWriter {
 public:
  explicit TokenizerWriter(const GgufHeader& metadata)
      : metadata_(metadata),
        table_(metadata),
        count_(static_cast<uint32_t>(table_.size())),
        model_(text("model")),
        cut_(pre_tokenizer_of_name(text("pre"))) {
    // Rows of the embedding without a token.
    while (count_ > 0 && table_.is(count_ - 1, TokenType::unused)) --count_;
  }

  /// Throws Error where there is no such file.
  FolderFiles write() const {
    FolderFiles files;
    if (model_ == "llama") {
      files.emplace_back("tokenizer.model", sentencepiece_text());
    } else {
      files.emplace_back("tokenizer.json", json_text());
    }
    files.emplace_back("tokenizer_config.json", settings().dump(2) + "\n");
    return files;
  }

 private:
  std::string key(std::string_view end) const { return "tokenizer.ggml." + std::string(end); }
  std::string text(std::string_view end) const { return metadata_.text(key(end)).value_or(""); }
  std::optional<bool> truth(std::string_view end) const { return metadata_.truth(key(end)); }
  std::optional<uint32_t> id(std::string_view end) const {
    const auto found = metadata_.number(key(std::string(end) + "_token_id"));
    return found && *found < table_.size() ? std::optional(static_cast<uint32_t>(*found)) : std::nullopt;
  }
  /// The text of a token that does something.
  std::string special(std::string_view end) const {
    const auto found = id(end);
    return found ? std::string(table_.text(*found)) : std::string();
  }
  /// A token as the files have it.
  std::string spelled(uint32_t token) const {
    const std::string_view own = table_.text(token);
    if (model_ != "bert" || table_.is(token, TokenType::control)) return std::string(own);
    constexpr std::string_view mark = "▁";
    return own.starts_with(mark) ? std::string(own.substr(mark.size())) : "##" + std::string(own);
  }

  Json settings() const {
    constexpr std::pair<const char*, const char*> names[] = {
        {"bos", "bos"},     {"eos", "eos"}, {"unk", "unknown"}, {"sep", "seperator"},
        {"pad", "padding"}, {"cls", "cls"}, {"mask", "mask"},   {"eot", "eot"}};
    Json config = Json::object();
    config.add("tokenizer_class", model_ == "llama" ? "LlamaTokenizer" : "PreTrainedTokenizerFast");
    for (const auto& [name, end] : names) {
      if (const std::string token = special(end); !token.empty()) config.add(name + std::string("_token"), token);
    }
    for (const char* name : {"bos", "eos", "sep"}) {
      const std::string member = "add_" + std::string(name) + "_token";
      if (const auto adds = truth(member)) config.add(member, *adds);
    }
    if (model_ == "llama") {
      add_user_defined(config);
      if (const auto prefix = truth("add_space_prefix")) config.add("add_prefix_space", *prefix);
    }
    if (model_ == "gpt2") config.add("clean_up_tokenization_spaces", cut_.has_value() && cut_->clean_spaces);
    add_templates(config);
    return config;
  }

  /// SentencePiece's own pieces of that kind are matched otherwise.
  void add_user_defined(Json& config) const {
    Json added = Json::object();
    for (uint32_t token = 0; token < count_; ++token) {
      if (table_.is(token, TokenType::user_defined)) added.add(std::to_string(token), entry(token, false));
    }
    if (!added.members().empty()) config.add("added_tokens_decoder", std::move(added));
  }

  void add_templates(Json& config) const {
    const auto usual = metadata_.text("tokenizer.chat_template");
    Json list = Json::list();
    if (usual) list.push_back({{"name", "default"}, {"template", *usual}});
    for (const std::string& name : texts_of_list(metadata_, "tokenizer.chat_templates")) {
      list.push_back({{"name", name}, {"template", metadata_.text("tokenizer.chat_template." + name).value_or("")}});
    }
    if (usual && list.elements().size() == 1) {
      config.add("chat_template", *usual);
    } else if (!list.elements().empty()) {
      config.add("chat_template", std::move(list));
    }
  }

  Json entry(uint32_t token, bool with_id) const {
    Json one = Json::object();
    if (with_id) one.add("id", uint64_t{token});
    one.add("content", spelled(token));
    for (const char* flag : {"single_word", "lstrip", "rstrip", "normalized"}) one.add(flag, false);
    one.add("special", table_.is(token, TokenType::control) || table_.is(token, TokenType::unknown));
    return one;
  }

  Json added_tokens() const {
    Json added = Json::list();
    for (uint32_t token = 0; token < count_; ++token) {
      if (table_.is(token, TokenType::control) || table_.is(token, TokenType::user_defined)) {
        added.push_back(entry(token, true));
      }
    }
    return added;
  }

  /// The parts of a tokenizer.json but the model's lists, which are written one by one.
  std::string json_text() const {
    Json normalizer = nullptr, cutting = nullptr, decoder = nullptr, model = Json::object();
    const bool has_bytes = has_type(TokenType::byte);
    if (model_ == "gpt2") {
      if (!cut_) {
        throw Error("how it cuts text into words (" + in_quotes(text("pre")) +
                    ") is known by llama.cpp's name alone, and a tokenizer.json has to say it");
      }
      cutting = cut_->steps;
      decoder = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
      model = {
          {"type", "BPE"}, {"unk_token", nullptr}, {"byte_fallback", false}, {"ignore_merges", cut_->ignore_merges}};
    } else if (model_ == "bert") {
      const bool lower = truth("normalizer.lowercase").value_or(true);
      normalizer = {{"type", "BertNormalizer"},
                    {"clean_text", true},
                    {"handle_chinese_chars", true},
                    {"strip_accents", truth("normalizer.strip_accents").value_or(lower)},
                    {"lowercase", lower}};
      cutting = {{"type", "BertPreTokenizer"}};
      decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
      const std::string unknown = special("unknown");
      model = {{"type", "WordPiece"},
               {"unk_token", unknown.empty() ? "[UNK]" : unknown},
               {"continuing_subword_prefix", "##"},
               {"max_input_chars_per_word", 100}};
    } else if (model_ == "t5") {
      normalizer = unigram_normalizer();
      const bool prefix = truth("add_space_prefix").value_or(false);
      cutting = {{"type", "Metaspace"},
                 {"replacement", "▁"},
                 {"prepend_scheme", prefix ? "always" : "never"},
                 {"split", true}};
      decoder = cutting;
      const auto unknown = unknown_token();
      model = {{"type", "Unigram"},
               {"unk_id", unknown ? Json(uint64_t{*unknown}) : Json(nullptr)},
               {"byte_fallback", has_bytes}};
    } else {
      throw Error("its kind (" + in_quotes(model_) + ") has no files here that it could be led back to");
    }
    const Json rest = {{"version", "1.0"},
                       {"truncation", nullptr},
                       {"padding", nullptr},
                       {"added_tokens", added_tokens()},
                       {"normalizer", normalizer},
                       {"pre_tokenizer", cutting},
                       {"post_processor", post_processor()},
                       {"decoder", decoder}};
    std::string whole = rest.dump();
    whole.pop_back();
    std::string inner = model.dump();
    inner.pop_back();
    whole += ",\"model\":" + inner;
    append_vocabulary(whole);
    if (model_ == "gpt2") append_merges(whole);
    return whole + "}}\n";
  }

  void append_vocabulary(std::string& out) const {
    const bool scored = model_ == "t5";
    out += scored ? ",\"vocab\":[" : ",\"vocab\":{";
    bool first = true;
    for (uint32_t token = 0; token < count_; ++token) {
      if (!scored && table_.is(token, TokenType::unused)) continue;
      out += first ? "\n" : ",\n";
      first = false;
      if (scored) out += '[';
      Json(spelled(token)).append_to(out);
      out += scored ? "," : ":";
      if (scored) {
        Json(static_cast<double>(table_.score(token))).append_to(out);
        out += ']';
      } else {
        out += std::to_string(token);
      }
    }
    out += scored ? "]" : "}";
  }

  void append_merges(std::string& out) const {
    out += ",\"merges\":[";
    bool first = true;
    for (const std::string& merge : texts_of_list(metadata_, "tokenizer.ggml.merges")) {
      out += first ? "\n" : ",\n";
      first = false;
      Json(merge).append_to(out);
    }
    out += ']';
  }

  Json unigram_normalizer() const {
    Json steps = Json::list();
    const KeyValue* map = metadata_.find("tokenizer.ggml.precompiled_charsmap");
    if (map && map->type == ValueType::array && value_type_bytes(map->element) == 1) {
      const std::span<const uint8_t> bytes(metadata_.bytes.data() + map->elements, map->count);
      steps.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", encode_base64(bytes)}});
    }
    if (truth("remove_extra_whitespaces").value_or(false)) {
      steps.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
    }
    if (steps.elements().empty()) return nullptr;
    return {{"type", "Sequence"}, {"normalizers", std::move(steps)}};
  }

  std::optional<uint32_t> unknown_token() const {
    for (uint32_t token = 0; token < count_; ++token) {
      if (table_.is(token, TokenType::unknown)) return token;
    }
    return id("unknown");
  }

  bool has_type(TokenType type) const {
    for (uint32_t token = 0; token < count_; ++token) {
      if (table_.is(token, type)) return true;
    }
    return false;
  }

  /// What is put around a text, and between two of them.
  Json post_processor() const {
    // What llama.cpp does where the metadata do not say.
    const bool begins = truth("add_bos_token").value_or(model_ == "bert");
    const bool ends = truth("add_eos_token").value_or(model_ == "bert" || model_ == "t5");
    const char* first = id("bos") || model_ != "bert" ? "bos" : "cls";
    const char* last = id("eos") || model_ != "bert" ? "eos" : "seperator";
    const std::string begin = begins ? special(first) : "", end = ends ? special(last) : "";
    if (begin.empty() && end.empty()) {
      if (model_ != "gpt2") return nullptr;
      return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    }
    const bool doubled = truth("add_sep_token").value_or(false);
    Json single = Json::list(), pair = Json::list(), tokens = Json::object();
    const auto token = [](const std::string& name, uint64_t type) {
      return Json{{"SpecialToken", {{"id", name}, {"type_id", type}}}};
    };
    const auto sequence = [](const char* name, uint64_t type) {
      return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
    };
    const uint64_t second = model_ == "bert" ? 1 : 0;
    if (!begin.empty()) single.push_back(token(begin, 0));
    single.push_back(sequence("A", 0));
    if (!end.empty()) single.push_back(token(end, 0));
    pair = single;
    if (doubled && !end.empty()) pair.push_back(token(end, 0));
    pair.push_back(sequence("B", second));
    if (!end.empty()) pair.push_back(token(end, second));
    for (const auto& [name, key_name] : {std::pair{begin, first}, std::pair{end, last}}) {
      if (name.empty() || tokens.find(name)) continue;
      tokens.add(
          name,
          {{"id", name}, {"ids", Json::list({Json(uint64_t{*id(key_name)})})}, {"tokens", Json::list({Json(name)})}});
    }
    return {{"type", "TemplateProcessing"},
            {"single", std::move(single)},
            {"pair", std::move(pair)},
            {"special_tokens", std::move(tokens)}};
  }

  /// Protocol buffers, as tokenizer/sentencepiece.h has them.
  std::string sentencepiece_text() const {
    const auto varint = [](std::string& out, uint64_t value) {
      for (; value > 127; value >>= 7) out += static_cast<char>(value | 128);
      out += static_cast<char>(value);
    };
    const auto number = [&](std::string& out, uint64_t field, uint64_t value) {
      varint(out, field * 8);
      varint(out, value);
    };
    const auto bytes = [&](std::string& out, uint64_t field, std::string_view value) {
      varint(out, field * 8 + 2);
      varint(out, value.size());
      out += value;
    };
    std::string out;
    for (uint32_t token = 0; token < count_; ++token) {
      std::string piece;
      bytes(piece, 1, table_.text(token));
      const float score = table_.score(token);
      char stored[sizeof score];
      std::memcpy(stored, &score, sizeof score);
      varint(piece, 2 * 8 + 5);
      piece.append(stored, sizeof stored);
      number(piece, 3, static_cast<uint64_t>(type_of(token)));
      bytes(out, 1, piece);
    }
    std::string trainer, normalizer;
    constexpr uint64_t byte_pairs = 2;
    number(trainer, 3, byte_pairs);
    number(trainer, 35, has_type(TokenType::byte));  // byte_fallback
    constexpr std::pair<uint64_t, const char*> ids[] = {{40, "unknown"}, {41, "bos"}, {42, "eos"}, {43, "padding"}};
    for (const auto& [field, name] : ids) {
      const auto found = id(name);
      number(trainer, field, found ? *found : ~uint64_t{0});  // -1: none
    }
    bytes(out, 2, trainer);
    bytes(normalizer, 1, "identity");
    number(normalizer, 3, truth("add_space_prefix").value_or(true));
    number(normalizer, 4, truth("remove_extra_whitespaces").value_or(false));
    bytes(out, 3, normalizer);
    return out;
  }

  TokenType type_of(uint32_t token) const {
    for (const TokenType type :
         {TokenType::unknown, TokenType::control, TokenType::user_defined, TokenType::unused, TokenType::byte}) {
      if (table_.is(token, type)) return type;
    }
    return TokenType::normal;
  }

  const GgufHeader& metadata_;
  TokenTable table_;
  uint32_t count_;
  std::string model_;
  std::optional<KnownCutting> cut_;  // of byte pairs
};

/// The entries that the files become again.
GgufHeader made_again(const FolderFiles& files, std::string_view config, uint64_t vocab_size) {
  TokenizerFiles folder;
  folder.config = bytes_of(config);
  for (const auto& [name, text] : files) {
    if (name == "tokenizer.json") folder.tokenizer_json = bytes_of(text);
    if (name == "tokenizer.model") folder.tokenizer_model = bytes_of(text);
    if (name == "tokenizer_config.json") folder.tokenizer_config = bytes_of(text);
  }
  KeyValueList values;
  Notes ignored;
  append_tokenizer(values, folder, vocab_size, ignored);
  const std::vector<uint8_t> bytes = write_gguf_header(values, {});
  return *read_gguf(bytes, bytes.size()).header;
}

bool comes_back(const GgufHeader& given, const GgufHeader& again, std::string_view key) {
  const KeyValue *one = given.find(key), *other = again.find(key);
  if (!one || !other) return one == other;
  const auto bytes = given.value_bytes(*one), others = again.value_bytes(*other);
  return one->type == other->type && std::equal(bytes.begin(), bytes.end(), others.begin(), others.end());
}

}  // namespace

FolderFiles revert_tokenizer(const GgufHeader& metadata, std::string_view config, uint64_t vocab_size, Notes& notes) {
  constexpr const char* otherwise =
      " The tokenizer is not written: take its files from the folder that the model was published in.";
  if (!metadata.find("tokenizer.ggml.tokens")) {
    notes.add(std::string("The file has no tokenizer.") + otherwise);
    return {};
  }
  try {
    FolderFiles files = TokenizerWriter(metadata).write();
    const GgufHeader again = made_again(files, config, vocab_size);
    const auto expect = [&](std::string_view key) {
      if (comes_back(metadata, again, key)) return;
      throw Error("files made of it would not become the same " + in_quotes(key) + " again");
    };
    for (const std::string_view key : essential) expect(key);
    const bool merges = metadata.find("tokenizer.ggml.merges") != nullptr;
    expect(merges ? cutting_key : scores);
    std::vector<std::string> lost;
    for (const KeyValue& value : metadata.values) {
      if (!value.key.starts_with(key_start) || value.key == cutting_key) continue;
      if (!comes_back(metadata, again, value.key)) lost.push_back(in_quotes(value.key));
    }
    if (!lost.empty()) {
      const size_t count = lost.size();
      lost.resize(std::min<size_t>(count, 3));
      notes.add("The tokenizer that is written says otherwise, or nothing, of " + listed(lost, count) + '.');
    }
    return files;
  } catch (const Error& problem) {
    std::string why = problem.what();
    if (why.ends_with('.')) why.pop_back();
    notes.add("Of the tokenizer: " + why + "." + otherwise);
    return {};
  }
}

}  // namespace nibble
