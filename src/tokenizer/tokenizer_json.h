#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/json_file.h"
#include "tokenizer/vocabulary.h"

namespace nibble {

/// A tokenizer.json. The long lists, up to tens of megabytes of text, are kept apart from the rest so that they
/// never exist as JSON values.
struct TokenizerJson {
  std::vector<std::pair<std::string, uint64_t>> vocabulary;  ///< model.vocab: text and id, in file order
  std::vector<float> scores;                                 ///< of Unigram, whose vocabulary has one to a token
  std::vector<std::string> merges;                           ///< model.merges, best first, as "left right"
  std::vector<AddedToken> added_tokens;
  Json rest;  ///< everything else
  /// What it was read from. Lists are older files, which do not say how texts are cut into words nor which tokens are
  /// special.
  enum class Origin { tokenizer_json, lists, tekken, ranks } origin = Origin::tokenizer_json;
  std::string version;   ///< of tekken.json
  std::string_view pre;  ///< tokenizer.ggml.pre where what it was read from has only one; empty otherwise
  /// Texts of special tokens by the names GGUF has for what they do, where no other file says them.
  std::vector<std::pair<std::string_view, std::string_view>> named;
  std::optional<bool> begins;  ///< whether texts begin with "bos"; nothing when that is left to llama.cpp

  bool made_of_lists() const { return origin == Origin::lists; }
};

/// Several times the longest list known (Gemma's, 580 604).
inline constexpr size_t max_merges = size_t{1} << 23;

/// Reads tokenizer.json. Merges may be strings or pairs; a space inside a pair's part is written as "Ġ", as llama.cpp's
/// converter does. Throws Error for damage.
TokenizerJson read_tokenizer_json(std::span<const uint8_t> bytes);
enum class TokenizerKind { byte_pairs, word_pieces, unigrams };
/// Throws Error for a kind that GGUF has no vocabulary for, naming it, and for a missing vocabulary.
TokenizerKind kind_of(const TokenizerJson& file);

}  // namespace nibble
