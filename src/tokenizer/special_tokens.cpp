#include "tokenizer/special_tokens.h"

#include <algorithm>
#include <map>

namespace nibble {
namespace {

struct SpecialToken {
  const char* name;  // as the JSON files spell it: bos_token, bos_token_id, add_bos_token
  const char* key;   // in GGUF
};

constexpr SpecialToken special_tokens[] = {
    {"bos", "tokenizer.ggml.bos_token_id"},     {"eos", "tokenizer.ggml.eos_token_id"},
    {"unk", "tokenizer.ggml.unknown_token_id"}, {"sep", "tokenizer.ggml.seperator_token_id"},  // sic
    {"pad", "tokenizer.ggml.padding_token_id"}, {"cls", "tokenizer.ggml.cls_token_id"},
    {"mask", "tokenizer.ggml.mask_token_id"},   {"eot", "tokenizer.ggml.eot_token_id"},
};

/// A token's text; files give it plainly or inside an object.
std::string token_text(const Json& settings, std::string_view name) {
  const std::string plain = text_member(settings, name);
  return plain.empty() ? text_member(member(settings, name), "content") : plain;
}

/// The texts of special tokens and whether they surround a text, by name.
class SpecialTokens {
 public:
  SpecialTokens(const Vocabulary& vocabulary, const TokenizerJson* json, const TokenizerSettings& settings)
      : vocabulary_(vocabulary), json_(json), settings_(settings) {
    for (const SpecialToken& token : special_tokens) {
      std::string text = token_text(settings.tokenizer_config, std::string(token.name) + "_token");
      if (!text.empty()) texts_[token.name] = std::move(text);
    }
    // Where nothing else is said, texts begin and end as BERT's do.
    for (const auto& [name, other] : {std::pair{"bos", "cls"}, std::pair{"eos", "sep"}}) {
      if (text(name).empty() && !text(other).empty()) texts_[name] = text(other);
    }
    if (vocabulary.begins) added_["bos"] = *vocabulary.begins;
    if (vocabulary.ends) added_["eos"] = *vocabulary.ends;
    if (json) read_template(member(json->rest, "post_processor"));
    for (const char* name : {"bos", "eos", "sep"}) {
      const Json& value = member(settings.tokenizer_config, ("add_" + std::string(name) + "_token"));
      if (value.is_bool()) added_[name] = value.get<bool>();
    }
    // What llama.cpp adds by itself, and the file does not.
    if (json && vocabulary.model == "t5") added_.try_emplace("eos", false);
  }

  void append(KeyValueList& metadata) const {
    for (const SpecialToken& token : special_tokens) {
      if (const auto id = find_id(token.name)) metadata.set_u32(token.key, static_cast<uint32_t>(*id));
    }
    for (const auto& [name, add] : added_) metadata.set_bool("tokenizer.ggml.add_" + name + "_token", add);
  }

 private:
  const std::string& text(const char* name) const {
    static const std::string none;
    const auto found = texts_.find(name);
    return found == texts_.end() ? none : found->second;
  }

  /// What the template that is put around one text starts and ends with.
  void read_template(const Json& processor) {
    if (text_member(processor, "type") == "Sequence") {
      for (const Json& part : member(processor, "processors").elements()) read_template(part);
      return;
    }
    if (text_member(processor, "type") == "RobertaProcessing") {
      for (const char* name : {"bos", "eos", "sep"}) added_[name] = true;
      for (const char* name : {"cls", "sep"}) {
        const Json::List& token = member(processor, name).elements();
        if (text(name).empty() && !token.empty() && token[0].is_text()) texts_[name] = token[0].text();
      }
    }
    if (text_member(processor, "type") != "TemplateProcessing") return;
    std::string first, last;
    const Json::List& single = member(processor, "single").elements();
    if (single.size() > 1) {
      first = special_of(single.front());
      last = special_of(single.back());
    }
    read_ends(first, last);
    read_pair(member(processor, "pair").elements(), first, last);
  }

  static std::string special_of(const Json& part) { return text_member(member(part, "SpecialToken"), "id"); }

  void read_ends(const std::string& first, const std::string& last) {
    if (!first.empty()) {
      if (settings_.tokenizer_config.is_null()) texts_["bos"] = first;
      added_["bos"] = first == text("bos") || first == text("cls");
    }
    if (!last.empty()) {
      // A text that ends with something else than the end-of-text token: the latter then ends a turn.
      if (!text("eos").empty() && last != text("eos")) texts_["eot"] = text("eos");
      texts_["eos"] = last;
      added_["eos"] = true;
    }
  }

  /// Whether a token lies between two texts besides the one that ends each. That none does goes without saying.
  void read_pair(const Json::List& pair, const std::string& first, const std::string& last) {
    size_t begin = 0, end = pair.size();
    if (begin < end && !first.empty() && special_of(pair[begin]) == first) ++begin;
    if (begin < end && !last.empty() && special_of(pair[end - 1]) == last) --end;
    const auto sequence = [&](size_t i) { return text_member(member(pair[i], "Sequence"), "id"); };
    if (end - begin < 3 || sequence(begin) != "A" || sequence(end - 1) != "B") return;
    const auto separates = [&](size_t i) {
      const std::string token = special_of(pair[i]);
      return !token.empty() && (token == text("sep") || token == text("eos"));
    };
    const bool add = (last.empty() && separates(begin + 1)) || (end - begin == 4 && separates(begin + 2));
    if (!add) return;
    added_["sep"] = true;
    if (text("sep").empty()) texts_["sep"] = text("eos");
  }

  std::optional<uint64_t> in_range(const Json& id) const {
    if (!id.is_unsigned() || id.get<uint64_t>() >= vocabulary_.tokens.size()) return std::nullopt;
    return id.get<uint64_t>();
  }

  std::optional<uint64_t> added_token(std::string_view wanted) const {
    if (!json_ || wanted.empty()) return std::nullopt;
    for (const AddedToken& token : json_->added_tokens) {
      if (token.text == wanted) return in_range(token.id);
    }
    return std::nullopt;
  }

  std::optional<uint64_t> vocabulary_token(std::string_view wanted) const {
    if (wanted.empty()) return std::nullopt;
    const auto found = std::find(vocabulary_.tokens.begin(), vocabulary_.tokens.end(), wanted);
    if (found == vocabulary_.tokens.end()) return std::nullopt;
    return static_cast<uint64_t>(found - vocabulary_.tokens.begin());
  }

  std::optional<uint64_t> find_id(const char* name) const {
    const std::string id_key = std::string(name) + "_token_id";
    const Json& generation_id = member(settings_.generation_config, id_key);
    const Json& config_id = member(settings_.config, id_key);
    if (auto id = added_token(text(name))) return id;
    if (auto id = in_range(config_id)) return id;
    if (auto id = in_range(member(member(settings_.config, "text_config"), id_key))) return id;
    if (auto id = vocabulary_token(text(name))) return id;
    if (auto id = vocabulary_token(token_text(settings_.special_tokens_map, std::string(name) + "_token"))) return id;
    if (auto id = in_range(generation_id)) return id;
    // Several ids end a text in some models; the first is the one that ends a document.
    for (const Json* ids : {&config_id, &generation_id}) {
      if (ids->elements().empty()) continue;
      if (auto id = in_range(ids->elements()[0])) return id;
    }
    for (const auto& [named, id] : vocabulary_.special_ids) {
      if (named == name && id < vocabulary_.tokens.size()) return id;
    }
    return std::nullopt;
  }

  const Vocabulary& vocabulary_;
  const TokenizerJson* json_;
  const TokenizerSettings& settings_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, bool> added_;
};

/// One template, or several by name, of which "default" is the one. As llama.cpp's converter has it, a member of
/// tokenizer_config.json counts before files of their own, even null, and these do not count without that file.
void append_chat_template(KeyValueList& metadata, const TokenizerSettings& settings) {
  const Json& config = settings.tokenizer_config;
  if (config.members().empty() && !settings.damaged_config && !settings.own_template) return;
  const Json* in_config = config.find("chat_template");
  const Json& value = in_config ? *in_config : settings.chat_template;
  std::string chosen = value.is_text() ? value.text() : "";
  std::vector<std::string> names;
  for (const Json& choice : value.elements()) {
    std::string name = text_member(choice, "name");
    const auto is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    std::replace_if(name.begin(), name.end(), [&](char c) { return !is_plain(c); }, '_');
    if (name.empty() || !member(choice, "template").is_text()) continue;
    if (name == "default") {
      chosen = text_member(choice, "template");
      continue;
    }
    names.push_back(name);
    metadata.set_string("tokenizer.chat_template." + name, text_member(choice, "template"));
  }
  if (!names.empty()) metadata.set_array("tokenizer.chat_templates", names);
  if (!chosen.empty()) metadata.set_string("tokenizer.chat_template", chosen);
}

}  // namespace

void append_special_tokens(KeyValueList& metadata, const Vocabulary& vocabulary, const TokenizerJson* json,
                           const TokenizerSettings& settings) {
  SpecialTokens(vocabulary, json, settings).append(metadata);
  append_chat_template(metadata, settings);
}

}  // namespace nibble
