#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

/// SentencePiece model files (tokenizer.model, spiece.model): a protocol-buffers message.
///
///   message = fields; field = key varint (number * 8 + wire type) | value
///   wire types: 0 varint | 1 eight bytes | 2 length varint + bytes | 5 four bytes
///   ModelProto:     1 pieces (repeated) | 2 trainer_spec | 3 normalizer_spec
///   SentencePiece:  1 piece string | 2 score float | 3 type (TokenType, default normal)
///   TrainerSpec:    3 model_type (1 Unigram, the default; 2 BPE) | 40 unk_id | 41 bos_id | 42 eos_id | 43 pad_id
///   NormalizerSpec: 2 precompiled_charsmap bytes | 3 add_dummy_prefix (default true) |
///                   4 remove_extra_whitespaces (default true)
namespace nibble {

struct SentencePiece {
  std::string_view text;  ///< into the file's bytes
  float score = 0;
  TokenType type = TokenType::normal;
};

struct SentencePieceModel {
  std::vector<SentencePiece> pieces;
  bool unigram = true;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true;
  std::span<const uint8_t> character_map;                   ///< into the file's bytes
  int32_t unk_id = 0, bos_id = 1, eos_id = 2, pad_id = -1;  ///< negative: none
  /// What files do not say: negative and false until somebody knows.
  int32_t cls_id = -1, sep_id = -1, mask_id = -1;
  bool surrounds = false;  ///< bos and eos stand around every text
};

/// Reads a model; `bytes` must outlive it. Nothing when the bytes are no SentencePiece model at all (Llama 3 ships a
/// tiktoken list under the same name). Throws Error, naming `file`, when they are one that is damaged.
std::optional<SentencePieceModel> read_sentencepiece(std::span<const uint8_t> bytes, std::string_view file);

}  // namespace nibble
