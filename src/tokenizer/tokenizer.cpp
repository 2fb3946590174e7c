#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "container/text.h"
#include "error.h"
#include "tokenizer/make_vocabulary.h"
#include "tokenizer/special_tokens.h"
#include "tokenizer/token_lists.h"
#include "tokenizer/token_ranks.h"
#include "tokenizer/unigram_vocabulary.h"

namespace nibble {
namespace {

/// A file a vocabulary can do without: an object, or null when it is missing or damaged, which is said.
Json optional_object(std::span<const uint8_t> bytes, const char* file, Notes& notes) {
  try {
    Json json = parse_json_file(bytes, file);
    if (json.is_object() || json.is_null()) return json;
    notes.add(std::string(file) + " is not a JSON object, so it is left out. Download it again.");
  } catch (const Error& problem) {
    notes.add(std::string(problem.what()) + " Until then, what it would say is left out.");
  }
  return nullptr;
}

/// What the files of their own say, in the form of tokenizer_config.json's "chat_template": a text, or a list of named
/// ones when there are more; null when there is none. gguf-py/gguf/vocab.py: chat_template.jinja counts before
/// chat_template.json, and named templates count beside the former only.
Json read_chat_template(const TokenizerFiles& files, Notes& notes) {
  const auto text_of = [](std::span<const uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); };
  if (files.chat_template.empty()) {
    return member(optional_object(files.chat_template_json, "chat_template.json", notes), "chat_template");
  }
  if (files.named_templates.empty()) return text_of(files.chat_template);
  Json list = Json::list({Json{{"name", "default"}, {"template", text_of(files.chat_template)}}});
  for (const auto& [name, bytes] : files.named_templates) {
    list.push_back({{"name", name}, {"template", text_of(bytes)}});
  }
  return list;
}

TokenizerSettings read_settings(const TokenizerFiles& files, Notes& notes) {
  TokenizerSettings settings;
  settings.config = optional_object(files.config, "config.json", notes);
  settings.generation_config = optional_object(files.generation_config, "generation_config.json", notes);
  settings.tokenizer_config = optional_object(files.tokenizer_config, "tokenizer_config.json", notes);
  settings.special_tokens_map = optional_object(files.special_tokens_map, "special_tokens_map.json", notes);
  settings.added_tokens = optional_object(files.added_tokens, "added_tokens.json", notes);
  settings.chat_template = read_chat_template(files, notes);
  settings.damaged_config = settings.tokenizer_config.is_null() && !files.tokenizer_config.empty();
  return settings;
}

/// "v7m1" -> 7.
uint64_t version_of(std::string_view text) {
  uint64_t number = 0;
  if (text.starts_with('v')) std::from_chars(text.data() + 1, text.data() + text.size(), number);
  return number;
}

/// What holds the tokens.
struct VocabularyFiles {
  std::optional<SentencePieceModel> model;
  std::optional<TokenizerJson> json;
  std::string name;     ///< of the file that was read
  std::string mistral;  ///< the version of a tokenizer of Mistral's: "v3"; empty for others
};

/// One whole vocabulary is enough: damage to another is said when one can be read, and thrown otherwise.
VocabularyFiles read_vocabularies(const TokenizerFiles& files, Notes& notes) {
  VocabularyFiles found;
  std::vector<Error> problems;
  const auto attempt = [&](std::string_view name, auto&& read) {
    try {
      if (read()) found.name = name;
    } catch (const Error& problem) {
      problems.push_back(problem);
    }
  };
  const auto attempt_mistral = [&] {
    attempt("tekken.json", [&] {
      if (files.tekken.empty()) return false;
      found.json = read_tekken(files.tekken);
      found.mistral = found.json->version;
      return true;
    });
    const auto order = [](const auto& a, const auto& b) { return version_of(a.first) < version_of(b.first); };
    const auto last = std::max_element(files.versioned_models.begin(), files.versioned_models.end(), order);
    if (found.json || last == files.versioned_models.end()) return;
    const std::string file = "tokenizer.model." + last->first;
    attempt(file, [&] {
      found.model = read_sentencepiece(last->second, file);
      if (!found.model) throw Error(file + " is no SentencePiece model. Download it again.");
      found.mistral = last->first;
      return true;
    });
  };
  if (files.mistral_layout) attempt_mistral();
  if (!found.model && !found.json) {
    attempt("tokenizer.json", [&] {
      if (!files.tokenizer_json.empty()) found.json = read_tokenizer_json(files.tokenizer_json);
      return found.json.has_value();
    });
    attempt("tokenizer.model", [&] {
      found.model = read_sentencepiece(files.tokenizer_model, "tokenizer.model");
      if (found.model && files.mistral_layout) found.mistral = "v1";
      if (found.model || found.json || !is_rank_list(files.tokenizer_model)) return found.model.has_value();
      found.json = read_rank_list(files.tokenizer_model, "tokenizer.model");
      return true;
    });
  }
  if (!found.model && !found.json) {
    attempt("spiece.model", [&] {
      found.model = read_sentencepiece(files.spiece_model, "spiece.model");
      return found.model.has_value();
    });
  }
  if (!found.model && !found.json) {
    attempt("sentencepiece.bpe.model", [&] {
      auto model = read_sentencepiece(files.xlm_roberta_model, "sentencepiece.bpe.model");
      if (model) move_ids_as_xlm_roberta(*model);
      found.model = std::move(model);
      return found.model.has_value();
    });
  }
  if (!found.model && !found.json && !files.mistral_layout) attempt_mistral();
  if (!found.model && !found.json && !files.ranks.empty()) {
    attempt(files.ranks_name, [&] {
      found.json = read_rank_list(files.ranks, files.ranks_name);
      return true;
    });
  }
  if (!found.model && !found.json && !(files.vocab_json.empty() && files.merges.empty())) {
    attempt("vocab.json", [&] {
      found.json = read_byte_pair_lists(files.vocab_json, files.merges);
      return true;
    });
  }
  if (!found.model && !found.json && !files.vocab_text.empty()) {
    attempt("vocab.txt", [&] {
      found.json = read_word_piece_list(files.vocab_text);
      return true;
    });
  }
  if (!problems.empty() && !found.model && !found.json) throw problems.front();
  for (const Error& problem : problems) {
    notes.add(std::string(problem.what()) + " Until then, " + found.name + " beside it serves alone.");
  }
  return found;
}

/// The template of Mistral's conversations by the version of the tokenizer, where no file holds one: llama.cpp knows
/// those of older versions by name.
void take_mistral_template(TokenizerSettings& settings, std::string_view version, bool tekken, Notes& notes) {
  settings.own_template = true;
  const bool in_config = settings.tokenizer_config.find("chat_template") != nullptr;
  if (in_config || !settings.chat_template.is_null()) return;
  const uint64_t number = version_of(version);
  if (number == 1) {
    settings.chat_template = "mistral-v1";
  } else if (number == 3 || number == 7) {
    settings.chat_template = "mistral-v" + std::to_string(number) + (tekken ? "-tekken" : "");
  } else {
    notes.add("No file holds a chat template, and llama.cpp knows none by the tokenizer's version (" +
              in_quotes(version) + "): the output has none. Add a chat_template.jinja if it is to hold conversations.");
  }
}

/// As llama.cpp's converter has it of Mistral's own tokenizers.
void take_mistral_conventions(Vocabulary& vocabulary) {
  vocabulary.begins = true;
  vocabulary.ends = false;
  auto& ids = vocabulary.special_ids;
  const auto find = [&](std::string_view name) {
    return std::find_if(ids.begin(), ids.end(), [&](const auto& one) { return one.first == name; });
  };
  const auto eos = find("eos");
  if (find("pad") == ids.end() && eos != ids.end()) ids.emplace_back("pad", eos->second);
}

/// llama.cpp looks tokens up by their text and refuses a vocabulary that holds one twice.
void warn_of_duplicates(const Vocabulary& vocabulary, Notes& notes) {
  std::unordered_map<std::string_view, size_t> ids;
  ids.reserve(vocabulary.tokens.size());
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const auto [first, added] = ids.emplace(vocabulary.tokens[id], id);
    if (added) continue;
    notes.warn("Tokens " + std::to_string(first->second) + " and " + std::to_string(id) + " are both " +
               in_quotes(vocabulary.tokens[id]) + "; llama.cpp does not load such a vocabulary.");
    return;
  }
}

}  // namespace

void append_tokenizer(KeyValueList& metadata, const TokenizerFiles& files, uint64_t vocab_size, Notes& notes) {
  TokenizerSettings settings = read_settings(files, notes);
  auto [model, json, name, mistral] = read_vocabularies(files, notes);
  if (!mistral.empty()) take_mistral_template(settings, mistral, json.has_value(), notes);
  if (!model && !json) {
    throw Error(
        files.tokenizer_model.empty()
            ? "The folder has no tokenizer: neither tokenizer.model (or spiece.model, sentencepiece.bpe.model) "
              "nor tokenizer.json, tekken.json, a list of tiktoken, vocab.json with merges.txt nor vocab.txt is there. "
              "Add the one the model was "
              "published with."
            : "tokenizer.model is no SentencePiece model and there is no tokenizer.json beside it. Add the "
              "tokenizer.json the model was published with.");
  }
  Vocabulary vocabulary;
  if (model) {
    vocabulary = sentencepiece_vocabulary(*model, json ? &*json : nullptr, settings, vocab_size, notes);
  } else {
    vocabulary = json_vocabulary(*json, settings, vocab_size, notes);
  }
  if (!mistral.empty()) take_mistral_conventions(vocabulary);
  warn_of_duplicates(vocabulary, notes);

  metadata.set_string("tokenizer.ggml.model", vocabulary.model);
  metadata.set_string("tokenizer.ggml.pre", vocabulary.pre);
  metadata.set_array("tokenizer.ggml.tokens", vocabulary.tokens);
  if (!vocabulary.scores.empty()) metadata.set_array("tokenizer.ggml.scores", vocabulary.scores);
  metadata.set_array("tokenizer.ggml.token_type", vocabulary.types);
  if (!vocabulary.merges.empty()) metadata.set_array("tokenizer.ggml.merges", vocabulary.merges);
  append_special_tokens(metadata, vocabulary, json && !json->made_of_lists() ? &*json : nullptr, settings);
  const Json& token_types = member(settings.config, "type_vocab_size");
  if (token_types.is_unsigned() || vocabulary.model == "bert") {
    const uint64_t count = token_types.is_unsigned() ? token_types.get<uint64_t>() : 1;
    metadata.set_u32("tokenizer.ggml.token_type_count", static_cast<uint32_t>(count));
  }
  if (vocabulary.lower_case) metadata.set_bool("tokenizer.ggml.normalizer.lowercase", *vocabulary.lower_case);
  if (vocabulary.strip_accents) metadata.set_bool("tokenizer.ggml.normalizer.strip_accents", *vocabulary.strip_accents);
  if (!settings.chat_template.is_null() && settings.tokenizer_config.members().empty() && !settings.damaged_config &&
      !settings.own_template) {
    notes.add(
        "The chat template is left out, as llama.cpp's converter leaves it out where there is no "
        "tokenizer_config.json.");
  }
  if (vocabulary.model == "llama") {
    const Json& prefix = member(settings.tokenizer_config, "add_prefix_space");
    if (prefix.is_bool()) vocabulary.add_space_prefix = prefix.get<bool>();
  }
  if (vocabulary.add_space_prefix) metadata.set_bool("tokenizer.ggml.add_space_prefix", *vocabulary.add_space_prefix);
  if (vocabulary.remove_extra_whitespaces) {
    metadata.set_bool("tokenizer.ggml.remove_extra_whitespaces", *vocabulary.remove_extra_whitespaces);
  }
  if (!vocabulary.character_map.empty()) {
    metadata.set_array("tokenizer.ggml.precompiled_charsmap", vocabulary.character_map);
  }
}

}  // namespace nibble
