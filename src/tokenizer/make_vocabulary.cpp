#include "tokenizer/make_vocabulary.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "container/text.h"
#include "error.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/text_steps.h"
#include "tokenizer/unigram_vocabulary.h"

namespace nibble {
namespace {

/// Sets an added token the way llama.cpp wants it: one that controls, or one matched with text as it is written.
void set_added(Vocabulary& vocabulary, const AddedToken& token) {
  if (token.special || looks_special(token.text)) {
    vocabulary.set(token.id, token.text, added_token_score, TokenType::control);
  } else {
    vocabulary.set(token.id, with_spaces(token.text), added_token_score, TokenType::user_defined);
  }
}

/// One past the largest id.
uint64_t id_count(const TokenizerJson& json, const std::vector<AddedToken>& extra) {
  uint64_t count = 0;
  for (const auto& [text, id] : json.vocabulary) count = std::max(count, id + 1);
  for (const AddedToken& token : json.added_tokens) count = std::max(count, token.id + 1);
  for (const AddedToken& token : extra) count = std::max(count, token.id + 1);
  return count;
}

void refuse_too_many(uint64_t vocab_size) {
  if (vocab_size <= max_tokens) return;
  throw Error("config.json claims a vocabulary of " + counted(vocab_size, "token") + "; Nibble takes up to " +
              std::to_string(max_tokens) + ". Check vocab_size in it.");
}

/// -n for the n-th distinct token a merge makes, then on for the rest in the order of their ids.
void score_by_merges(Vocabulary& vocabulary, const TokenizerJson& json, const std::vector<bool>& scored) {
  std::unordered_map<std::string_view, uint64_t> ids;
  ids.reserve(json.vocabulary.size());
  for (const auto& [text, id] : json.vocabulary) ids.emplace(text, id);
  std::vector<bool> done(vocabulary.tokens.size());
  float next = -0.0f;  // as SentencePiece writes the first score
  std::string merged;
  for (const std::string& merge : json.merges) {
    const size_t space = merge.find(' ', 1);
    merged.assign(merge, 0, space).append(merge, space + 1);
    const auto found = ids.find(merged);
    if (found == ids.end() || found->second >= done.size() || !scored[found->second] || done[found->second]) continue;
    done[found->second] = true;
    vocabulary.scores[found->second] = next--;
  }
  for (uint64_t id = 0; id < done.size(); ++id) {
    if (scored[id] && !done[id]) vocabulary.scores[id] = next--;
  }
}

Vocabulary byte_fallback_vocabulary(const TokenizerJson& json, Vocabulary vocabulary, OutOfRange& beyond) {
  vocabulary.model = "llama";
  const std::string unknown = text_member(member(json.rest, "model"), "unk_token");
  std::vector<bool> special(vocabulary.tokens.size()), scored(vocabulary.tokens.size());
  for (const AddedToken& token : json.added_tokens) {
    if (token.id < special.size()) special[token.id] = token.special || looks_special(token.text);
  }
  for (const auto& [text, id] : json.vocabulary) {
    if (beyond.drops(id, text)) continue;
    const TokenType type = text == unknown       ? TokenType::unknown
                           : is_byte_token(text) ? TokenType::byte
                           : special[id]         ? TokenType::control
                                                 : TokenType::normal;
    vocabulary.set(id, text, 0, type);
    scored[id] = type == TokenType::normal;
  }
  score_by_merges(vocabulary, json, scored);
  if (!prepends_space(member(json.rest, "normalizer")) && !prepends_space(member(json.rest, "pre_tokenizer"))) {
    vocabulary.add_space_prefix = false;
  }
  return vocabulary;
}

bool has_byte_level(const Json& node) {
  if (node.is_list()) return std::any_of(node.elements().begin(), node.elements().end(), has_byte_level);
  return text_member(node, "type") == "ByteLevel" ||
         (node.is_object() &&
          (has_byte_level(member(node, "pretokenizers")) || has_byte_level(member(node, "decoders"))));
}

Vocabulary byte_level_vocabulary(TokenizerJson& json, Vocabulary vocabulary, const TokenizerSettings& settings,
                                 OutOfRange& beyond, Notes& notes) {
  if (!has_byte_level(member(json.rest, "pre_tokenizer")) && !has_byte_level(member(json.rest, "decoder"))) {
    throw Error(
        "The BPE tokenizer of tokenizer.json neither writes bytes as letters (ByteLevel) nor falls back to bytes "
        "(byte_fallback). llama.cpp has no tokenizer of that kind.");
  }
  if (json.merges.empty())
    throw Error("tokenizer.json has a vocabulary but no merges, and llama.cpp needs them. Download it again.");
  vocabulary.model = "gpt2";
  const bool clean_spaces = flag_member(settings.tokenizer_config, "clean_up_tokenization_spaces", true);
  vocabulary.pre = !json.pre.empty() ? json.pre
                   : json.made_of_lists()
                       ? pre_tokenizer_name_of_class(settings.tokenizer_config, settings.config, notes)
                       : pre_tokenizer_name(json.rest, clean_spaces, notes);
  for (const auto& [text, id] : json.vocabulary) {
    if (!beyond.drops(id, text)) vocabulary.set(id, text, 0, TokenType::normal);
  }
  vocabulary.merges = std::move(json.merges);
  return vocabulary;
}

/// BERT's special tokens by the names GGUF has for what they do.
constexpr std::pair<std::string_view, std::string_view> word_piece_tokens[] = {
    {"bos", "[CLS]"}, {"eos", "[SEP]"}, {"unk", "[UNK]"},  {"sep", "[SEP]"},
    {"pad", "[PAD]"}, {"cls", "[CLS]"}, {"mask", "[MASK]"}};

Vocabulary word_piece_vocabulary(const TokenizerJson& json, Vocabulary vocabulary, const TokenizerSettings& settings,
                                 OutOfRange& beyond, Notes& notes) {
  vocabulary.model = "bert";
  std::string unknown = text_member(member(json.rest, "model"), "unk_token");
  if (unknown.empty()) unknown = "[UNK]";
  bool has_unknown = false;
  for (const auto& [text, id] : json.vocabulary) {
    if (beyond.drops(id, text)) continue;
    vocabulary.set(id, text, 0, TokenType::normal);
    has_unknown = has_unknown || text == unknown;
    for (const auto& [name, usual] : word_piece_tokens) {
      if (text == (name == "unk" ? std::string_view(unknown) : usual)) vocabulary.special_ids.emplace_back(name, id);
    }
  }
  if (!has_unknown) {
    throw Error("The WordPiece vocabulary has no token " + in_quotes(unknown) +
                ", which words it does not know become. It is probably cut short: download it again.");
  }
  const Json& normalizer = find_step(member(json.rest, "normalizer"), "BertNormalizer");
  const Json& of_lists = settings.tokenizer_config;
  const bool lower_case = json.made_of_lists() ? flag_member(of_lists, "do_lower_case", true)
                                               : flag_member(normalizer, "lowercase", !normalizer.is_null());
  const bool strip_accents = flag_member(json.made_of_lists() ? of_lists : normalizer, "strip_accents", lower_case);
  if (!lower_case) vocabulary.lower_case = false;
  if (strip_accents != lower_case) vocabulary.strip_accents = strip_accents;
  if (!json.made_of_lists() && find_step(member(json.rest, "pre_tokenizer"), "BertPreTokenizer").is_null()) {
    notes.add(
        "The tokenizer does not cut text into words as BERT's do, and llama.cpp cuts it so for every WordPiece "
        "vocabulary: some texts get other ids than it was trained with.");
  }
  return vocabulary;
}

/// As llama.cpp wants words: ▁ in front of what starts one, nothing in front of what goes on.
void mark_word_starts(Vocabulary& vocabulary, const TokenizerJson& json) {
  std::string goes_on = text_member(member(json.rest, "model"), "continuing_subword_prefix");
  if (goes_on.empty()) goes_on = "##";
  for (uint64_t id = 0; id < vocabulary.tokens.size(); ++id) {
    std::string& token = vocabulary.tokens[id];
    if (vocabulary.is(id, TokenType::control)) continue;
    token = token.starts_with(goes_on) ? token.substr(goes_on.size()) : "▁" + token;
  }
}

/// What goes without saying for files that are no tokenizer.json.
void take_conventions(Vocabulary& vocabulary, const TokenizerJson& json) {
  for (const auto& [name, text] : json.named) {
    for (uint64_t id = 0; id < vocabulary.tokens.size(); ++id) {
      if (vocabulary.tokens[id] != text || !vocabulary.is(id, TokenType::control)) continue;
      vocabulary.special_ids.emplace_back(name, id);
      break;
    }
  }
  vocabulary.begins = json.begins;
  if (json.origin != TokenizerJson::Origin::tekken) return;
  // llama.cpp's converter writes scores that say nothing.
  vocabulary.scores.assign(vocabulary.tokens.size(), 0);
}

/// Of such models llama.cpp's converter writes pieces that are merged, whatever kind of SentencePiece they are.
bool predicts_next_token(const Json& config) {
  const Json::List& names = member(config, "architectures").elements();
  return !names.empty() && names[0].is_text() && names[0].text().ends_with("ForCausalLM");
}

/// Tokens of lists that are special by what the settings call them, or by the defaults of the classes that read lists.
std::vector<AddedToken> special_by_name(const TokenizerJson& json, const std::vector<AddedToken>& extra,
                                        const TokenizerSettings& settings) {
  std::unordered_set<std::string> names = {"<|endoftext|>"};
  if (kind_of(json) == TokenizerKind::word_pieces) {
    for (const auto& [name, text] : word_piece_tokens) names.emplace(text);
  }
  const auto take = [&](const Json& value) {
    const std::string text = value.is_text() ? value.text() : text_member(value, "content");
    if (!text.empty()) names.insert(text);
  };
  for (const Json* file : {&settings.special_tokens_map, &settings.tokenizer_config}) {
    for (const auto& [key, value] : file->members()) {
      if (key.ends_with("_token")) take(value);
      if (key != "additional_special_tokens") continue;
      for (const Json& one : value.elements()) take(one);
    }
  }
  std::vector<AddedToken> found;
  for (const auto& [text, id] : json.vocabulary) {
    if (names.contains(text)) found.push_back({id, text, true});
  }
  for (const AddedToken& token : extra) {
    if (names.contains(token.text)) found.push_back({token.id, token.text, true});
  }
  return found;
}

}  // namespace

std::vector<AddedToken> TokenizerSettings::extra_tokens(Notes& notes) const {
  std::vector<AddedToken> tokens;
  for (const auto& [text, id] : added_tokens.members()) {
    if (id.is_unsigned() && id.get<uint64_t>() < max_tokens) tokens.push_back({id.get<uint64_t>(), text, false});
  }
  uint64_t useless = 0;
  std::string first_useless;
  for (const auto& [key, entry] : member(tokenizer_config, "added_tokens_decoder").members()) {
    uint64_t id = max_tokens;
    const auto end = std::from_chars(key.data(), key.data() + key.size(), id).ptr;
    if (key.empty() || end != key.data() + key.size() || id >= max_tokens || !member(entry, "content").is_text()) {
      if (useless++ == 0) first_useless = key;
      continue;
    }
    tokens.push_back({id, text_member(entry, "content"), flag_member(entry, "special", false)});
  }
  if (useless > 0) {
    notes.add("tokenizer_config.json is damaged: in added_tokens_decoder, the id " + in_quotes(first_useless) +
              (useless > 1 ? " and " + std::to_string(useless - 1) + " more have" : " has") + " no usable text and " +
              (useless > 1 ? "are" : "is") + " left out. Download it again.");
  }
  return tokens;
}

Vocabulary sentencepiece_vocabulary(const SentencePieceModel& model, const TokenizerJson* json,
                                    const TokenizerSettings& settings, uint64_t vocab_size, Notes& notes) {
  const bool merges = !model.unigram || predicts_next_token(settings.config);
  if (model.unigram && merges) {
    notes.add(
        "tokenizer.model is a Unigram model. llama.cpp merges pieces by score instead, so some texts get "
        "other ids than the model was trained with.");
  }
  const std::vector<AddedToken> extra = settings.extra_tokens(notes);
  if (vocab_size == 0) {
    vocab_size = model.pieces.size();
    for (const AddedToken& token : extra) vocab_size = std::max(vocab_size, token.id + 1);
  }
  refuse_too_many(vocab_size);
  Vocabulary vocabulary;
  vocabulary.model = "llama";
  vocabulary.fill(vocab_size, true);
  OutOfRange beyond(vocab_size);
  for (uint64_t id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    if (beyond.drops(id, piece.text)) continue;
    // As in llama.cpp's converter: matched by merging, so that no space is put behind them.
    const TokenType type = piece.type == TokenType::user_defined ? TokenType::normal : piece.type;
    vocabulary.set(id, piece.text, piece.score, type);
  }
  for (const AddedToken& token : extra) {
    if (!beyond.drops(token.id, token.text)) set_added(vocabulary, token);
  }
  if (json) {
    for (const AddedToken& token : json->added_tokens) {
      if (token.id < vocab_size && vocabulary.is(token.id, TokenType::unused)) set_added(vocabulary, token);
    }
  }
  beyond.warn(notes);
  if (!merges) {
    make_unigram(vocabulary, model, notes);
  } else if (!model.add_dummy_prefix) {
    vocabulary.add_space_prefix = false;
  }
  if (model.surrounds) vocabulary.begins = vocabulary.ends = true;
  const std::pair<std::string_view, int32_t> named[] = {
      {"bos", model.bos_id}, {"eos", model.eos_id}, {"unk", model.unk_id},  {"pad", model.pad_id},
      {"cls", model.cls_id}, {"sep", model.sep_id}, {"mask", model.mask_id}};
  for (const auto& [name, id] : named) {
    if (id >= 0) vocabulary.special_ids.emplace_back(name, static_cast<uint64_t>(id));
  }
  return vocabulary;
}

Vocabulary json_vocabulary(TokenizerJson& json, const TokenizerSettings& settings, uint64_t vocab_size, Notes& notes) {
  const TokenizerKind kind = kind_of(json);
  const std::vector<AddedToken> extra = settings.extra_tokens(notes);
  if (json.made_of_lists()) json.added_tokens = special_by_name(json, extra, settings);
  // A folder that says its special tokens knows them better than the list does.
  if (json.origin == TokenizerJson::Origin::ranks && !extra.empty()) json.added_tokens.clear();
  if (vocab_size == 0) vocab_size = id_count(json, extra);
  refuse_too_many(vocab_size);
  const bool byte_fallback = flag_member(member(json.rest, "model"), "byte_fallback", false);
  Vocabulary vocabulary;
  vocabulary.fill(vocab_size, byte_fallback || kind == TokenizerKind::unigrams);
  OutOfRange beyond(vocab_size);
  if (kind == TokenizerKind::word_pieces) {
    vocabulary = word_piece_vocabulary(json, std::move(vocabulary), settings, beyond, notes);
  } else if (kind == TokenizerKind::unigrams) {
    vocabulary = unigram_vocabulary(json, std::move(vocabulary), beyond, notes);
  } else if (byte_fallback) {
    vocabulary = byte_fallback_vocabulary(json, std::move(vocabulary), beyond);
  } else {
    vocabulary = byte_level_vocabulary(json, std::move(vocabulary), settings, beyond, notes);
  }
  std::vector<AddedToken> added = extra;
  added.insert(added.end(), json.added_tokens.begin(), json.added_tokens.end());
  for (const AddedToken& token : added) {
    if (beyond.drops(token.id, token.text)) continue;
    const bool special = token.special || looks_special(token.text);
    const bool known = !vocabulary.is(token.id, TokenType::unused) && vocabulary.tokens[token.id] == token.text;
    // Inside a vocabulary of Unigram they keep their score, inside one that falls back to bytes their type as well.
    if (known && kind == TokenizerKind::unigrams) {
      if (!vocabulary.is(token.id, TokenType::unknown)) {
        vocabulary.types[token.id] = static_cast<int32_t>(special ? TokenType::control : TokenType::user_defined);
      }
      continue;
    }
    if (known && byte_fallback && special) continue;
    set_added(vocabulary, token);
  }
  beyond.warn(notes);
  if (kind == TokenizerKind::word_pieces) mark_word_starts(vocabulary, json);
  take_conventions(vocabulary, json);
  return vocabulary;
}

}  // namespace nibble
