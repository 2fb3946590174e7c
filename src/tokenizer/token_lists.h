#pragma once
#include <cstdint>
#include <span>

#include "tokenizer/tokenizer_json.h"

/// Vocabularies in the files from before tokenizer.json, read as the tokenizer.json that says the same.
namespace nibble {

/// vocab.json, texts and ids of byte-level BPE, and merges.txt, a merge to a line, best first, behind a line
/// "#version". Throws Error when one of the two is missing (no bytes) or damaged, or when a merge makes no token of the
/// other.
TokenizerJson read_byte_pair_lists(std::span<const uint8_t> vocabulary, std::span<const uint8_t> merges);

/// vocab.txt, a token of WordPiece to a line, whose number counted from 0 is its id; of equal ones the last counts.
/// Throws Error for damage.
TokenizerJson read_word_piece_list(std::span<const uint8_t> bytes);

}  // namespace nibble
