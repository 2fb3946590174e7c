#include "tokenizer/tokenizer.h"

#include <optional>
#include <unordered_map>

#include "container/text.h"
#include "error.h"
#include "tokenizer/make_vocabulary.h"
#include "tokenizer/special_tokens.h"

namespace nibble {
namespace {

/// What the files of their own say, in the form of tokenizer_config.json's "chat_template": a text, or a list of named
/// ones when there are more; null when there is none. gguf-py/gguf/vocab.py: chat_template.jinja counts before
/// chat_template.json, and named templates count beside the former only.
FileJson read_chat_template(const TokenizerFiles& files) {
  const auto text_of = [](std::span<const uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); };
  if (files.chat_template.empty()) {
    return member(parse_json_file(files.chat_template_json, "chat_template.json"), "chat_template");
  }
  if (files.named_templates.empty()) return text_of(files.chat_template);
  FileJson list = FileJson::array({{{"name", "default"}, {"template", text_of(files.chat_template)}}});
  for (const auto& [name, bytes] : files.named_templates) {
    list.push_back({{"name", name}, {"template", text_of(bytes)}});
  }
  return list;
}

TokenizerSettings read_settings(const TokenizerFiles& files) {
  TokenizerSettings settings;
  settings.config = parse_json_file(files.config, "config.json");
  settings.generation_config = parse_json_file(files.generation_config, "generation_config.json");
  settings.tokenizer_config = parse_json_file(files.tokenizer_config, "tokenizer_config.json");
  settings.special_tokens_map = parse_json_file(files.special_tokens_map, "special_tokens_map.json");
  settings.added_tokens = parse_json_file(files.added_tokens, "added_tokens.json");
  settings.chat_template = read_chat_template(files);
  return settings;
}

/// llama.cpp looks tokens up by their text and refuses a vocabulary that holds one twice.
void warn_of_duplicates(const Vocabulary& vocabulary, std::vector<std::string>& warnings) {
  std::unordered_map<std::string_view, size_t> ids;
  ids.reserve(vocabulary.tokens.size());
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const auto [first, added] = ids.emplace(vocabulary.tokens[id], id);
    if (added) continue;
    warnings.push_back("Tokens " + std::to_string(first->second) + " and " + std::to_string(id) + " are both " +
                       in_quotes(vocabulary.tokens[id]) + "; llama.cpp may refuse to load this vocabulary.");
    return;
  }
}

}  // namespace

void append_tokenizer(KeyValueList& metadata, const TokenizerFiles& files, uint64_t vocab_size,
                      std::vector<std::string>& warnings) {
  const TokenizerSettings settings = read_settings(files);
  std::optional<TokenizerJson> json;
  if (!files.tokenizer_json.empty()) json = read_tokenizer_json(files.tokenizer_json);
  const std::optional<SentencePieceModel> model = read_sentencepiece(files.tokenizer_model);
  if (!model && !json) {
    throw Error(
        files.tokenizer_model.empty()
            ? "The folder has no tokenizer: neither tokenizer.model nor tokenizer.json is there. Add the one the "
              "model was published with."
            : "tokenizer.model is no SentencePiece model and there is no tokenizer.json beside it. Add the "
              "tokenizer.json the model was published with.");
  }
  Vocabulary vocabulary;
  if (model) {
    vocabulary = sentencepiece_vocabulary(*model, json ? &*json : nullptr, settings, vocab_size, warnings);
  } else {
    vocabulary = json_vocabulary(*json, settings, vocab_size, warnings);
  }
  warn_of_duplicates(vocabulary, warnings);

  metadata.set_string("tokenizer.ggml.model", vocabulary.model);
  metadata.set_string("tokenizer.ggml.pre", vocabulary.pre);
  metadata.set_array("tokenizer.ggml.tokens", vocabulary.tokens);
  if (!vocabulary.scores.empty()) metadata.set_array("tokenizer.ggml.scores", vocabulary.scores);
  metadata.set_array("tokenizer.ggml.token_type", vocabulary.types);
  if (!vocabulary.merges.empty()) metadata.set_array("tokenizer.ggml.merges", vocabulary.merges);
  append_special_tokens(metadata, vocabulary, json ? &*json : nullptr, settings);
  if (!settings.chat_template.is_null() && settings.tokenizer_config.empty()) {
    warnings.push_back(
        "The chat template is left out, as llama.cpp's converter leaves it out where there is no "
        "tokenizer_config.json.");
  }
  if (vocabulary.model == "llama") {
    const FileJson& prefix = member(settings.tokenizer_config, "add_prefix_space");
    if (prefix.is_boolean()) vocabulary.add_space_prefix = prefix.get<bool>();
    if (vocabulary.add_space_prefix) metadata.set_bool("tokenizer.ggml.add_space_prefix", *vocabulary.add_space_prefix);
  }
}

}  // namespace nibble
