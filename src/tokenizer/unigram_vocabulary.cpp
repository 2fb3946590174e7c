#include "tokenizer/unigram_vocabulary.h"

#include <algorithm>
#include <iterator>

#include "error.h"
#include "tokenizer/base64.h"
#include "tokenizer/character_map.h"
#include "tokenizer/text_steps.h"

namespace nibble {
namespace {

void say_no_bytes(const Vocabulary& vocabulary, Notes& notes) {
  const auto is_byte = [](int32_t type) { return type == static_cast<int32_t>(TokenType::byte); };
  if (std::none_of(vocabulary.types.begin(), vocabulary.types.end(), is_byte)) return;
  notes.add(
      "The tokenizer falls back to bytes where it knows no token. llama.cpp's Unigram does not: such characters become "
      "its unknown token.");
}

std::vector<uint8_t> read_character_map(const Json& step) {
  const Json& text = member(step, "precompiled_charsmap");
  if (step.is_null() || text.is_null()) return {};
  auto bytes = decode_base64(text.is_text() ? text.text() : "=");
  if (!bytes) {
    throw Error(
        "tokenizer.json is damaged: its map of characters (precompiled_charsmap) is no base64. Download it again.");
  }
  CharacterMap{*bytes};
  return std::move(*bytes);
}

/// A Replace step that makes one space of several.
bool joins_spaces(const Json& step) {
  static constexpr std::string_view runs[] = {" {2,}", " +", "\\s+", "\\s{2,}"};
  const std::string pattern = text_member(member(step, "pattern"), "Regex");
  return text_member(step, "type") == "Replace" &&
         std::find(std::begin(runs), std::end(runs), pattern) != std::end(runs);
}

/// Steps with a counterpart in llama.cpp: the map, and what is done to spaces.
bool is_carried_over(const Json& step, bool joined) {
  const std::string type = text_member(step, "type");
  if (type == "Replace") return joins_spaces(step) || text_member(member(step, "pattern"), "String") == " ";
  if (type == "Strip") return joined;
  return type == "Precompiled" || type == "Prepend" || type == "WhitespaceSplit" || type == "Metaspace";
}

}  // namespace

Vocabulary unigram_vocabulary(const TokenizerJson& json, Vocabulary vocabulary, OutOfRange& beyond, Notes& notes) {
  const Json& model = member(json.rest, "model");
  const Json &normalizer = member(json.rest, "normalizer"), &pre_tokenizer = member(json.rest, "pre_tokenizer");
  const bool byte_fallback = flag_member(model, "byte_fallback", false);
  vocabulary.model = "t5";
  for (const auto& [text, id] : json.vocabulary) {
    if (beyond.drops(id, text)) continue;
    const bool byte = byte_fallback && is_byte_token(text);
    vocabulary.set(id, text, json.scores[id], byte ? TokenType::byte : TokenType::normal);
  }
  const Json& unknown = member(model, "unk_id");
  if (!unknown.is_null()) {
    const uint64_t id = unknown.is_unsigned() ? unknown.get<uint64_t>() : json.vocabulary.size();
    if (id >= json.vocabulary.size()) {
      throw Error("tokenizer.json is damaged: no token has the id of its unknown one (unk_id). Download it again.");
    }
    vocabulary.special_ids.emplace_back("unk", id);
    if (id < vocabulary.types.size()) vocabulary.types[id] = static_cast<int32_t>(TokenType::unknown);
  }
  const std::vector<const Json*> changes = text_steps(normalizer), cuts = text_steps(pre_tokenizer);
  const bool joined = !find_step(pre_tokenizer, "WhitespaceSplit").is_null() ||
                      std::any_of(changes.begin(), changes.end(), [](const Json* step) { return joins_spaces(*step); });
  vocabulary.remove_extra_whitespaces = joined;
  vocabulary.add_space_prefix = prepends_space(normalizer) || prepends_space(pre_tokenizer);
  vocabulary.character_map = read_character_map(find_step(normalizer, "Precompiled"));
  for (const auto* steps : {&changes, &cuts}) {
    for (const Json* step : *steps) {
      if (is_carried_over(*step, joined)) continue;
      notes.add("The tokenizer has a step that llama.cpp's Unigram has not (" + text_member(*step, "type") +
                "): some texts get other ids than the model was trained with.");
    }
  }
  say_no_bytes(vocabulary, notes);
  return vocabulary;
}

void make_unigram(Vocabulary& vocabulary, const SentencePieceModel& model, Notes& notes) {
  vocabulary.model = "t5";
  vocabulary.add_space_prefix = model.add_dummy_prefix;
  vocabulary.remove_extra_whitespaces = model.remove_extra_whitespaces;
  vocabulary.character_map.assign(model.character_map.begin(), model.character_map.end());
  CharacterMap{model.character_map};
  say_no_bytes(vocabulary, notes);
}

void move_ids_as_xlm_roberta(SentencePieceModel& model) {
  static constexpr std::string_view first[] = {"<unk>", "<s>", "</s>"};
  const bool usual = model.pieces.size() > std::size(first) &&
                     std::equal(std::begin(first), std::end(first), model.pieces.begin(),
                                [](std::string_view text, const SentencePiece& piece) { return piece.text == text; });
  if (!usual) {
    throw Error(
        "sentencepiece.bpe.model does not begin with <unk>, <s> and </s> as XLM-RoBERTa's does, so nothing says which "
        "ids its tokens have. Add the tokenizer.json the model was published with.");
  }
  const SentencePiece begin{"<s>", 0, TokenType::control}, padding{"<pad>", 0, TokenType::control},
      end{"</s>", 0, TokenType::control}, unknown{"<unk>", 0, TokenType::unknown};
  model.pieces.erase(model.pieces.begin(), model.pieces.begin() + std::size(first));
  model.pieces.insert(model.pieces.begin(), {begin, padding, end, unknown});
  model.pieces.push_back({"<mask>", 0, TokenType::control});
  model.bos_id = model.cls_id = 0;
  model.pad_id = 1;
  model.eos_id = model.sep_id = 2;
  model.unk_id = 3;
  model.mask_id = static_cast<int32_t>(model.pieces.size() - 1);
  model.surrounds = true;
}

}  // namespace nibble
