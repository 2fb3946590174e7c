#pragma once
#include <string>
#include <vector>

#include "tokenizer/json_file.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/vocabulary.h"

/// From what tokenizer files hold to the vocabulary a GGUF file holds.
namespace nibble {

/// The small files beside the vocabulary, parsed; null where they are missing.
struct TokenizerSettings {
  Json config, generation_config, tokenizer_config, special_tokens_map, added_tokens;
  Json chat_template;           ///< of a file of its own
  bool own_template = false;    ///< that one counts without a tokenizer_config.json, as in Mistral's own layout
  bool damaged_config = false;  ///< tokenizer_config.json is there and cannot be read

  /// Tokens that tokenizer_config.json or added_tokens.json add. The former's word counts where both name an id.
  /// An entry without an id and a text is left out with a note.
  std::vector<AddedToken> extra_tokens(Notes& notes) const;
};

/// A SentencePiece model, "t5" where it is Unigram and no decoder's. `json`, where there is one, fills ids that would
/// stay unused.
Vocabulary sentencepiece_vocabulary(const SentencePieceModel& model, const TokenizerJson* json,
                                    const TokenizerSettings& settings, uint64_t vocab_size, Notes& notes);

/// tokenizer.json, or lists read as one: byte-level BPE, WordPiece, Unigram, or BPE that falls back to bytes, as
/// SentencePiece.
/// Scores of the latter make llama.cpp, which merges the best-scored pair first, follow the order of the merges: the
/// n-th distinct token a merge makes gets -n, the others follow in the order of their ids. For models trained with
/// SentencePiece these are the very scores of their tokenizer.model. (llama.cpp's converter gives all of them -1000,
/// which merges left to right.) WordPiece marks starts of words with ▁ in place of continuations with ##. The merges
/// move out of `json`.
Vocabulary json_vocabulary(TokenizerJson& json, const TokenizerSettings& settings, uint64_t vocab_size, Notes& notes);

}  // namespace nibble
