#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/tokenizer_json.h"

/// Byte-level vocabularies that list tokens as bytes and their ranks, and no merges: neighbours are put together where
/// that makes a token, those of the lowest rank first. Read as the tokenizer.json that says the same, with merges made
/// of the ranks.
namespace nibble {

/// tekken.json, Mistral's: special tokens first, then the others in the order of their ranks. Each token has a merge
/// for every pair of tokens that it is made of, as llama.cpp's converter has it (gguf-py, vocab.py). Throws Error for
/// damage, and for versions that should list their special tokens and do not.
TokenizerJson read_tekken(std::span<const uint8_t> bytes);

/// True for a text whose first line is a token in base64 and a rank.
bool is_rank_list(std::span<const uint8_t> bytes);
/// A list of tiktoken, a token in base64 and its rank to a line: Qwen 1's (qwen.tiktoken), Kimi's (tiktoken.model),
/// Llama 3's original (tokenizer.model). Each token has the merge that ends when its bytes are merged by lower ranks
/// alone, as llama.cpp's converter has it. Special tokens follow the others where `file` is of a model whose are known.
/// Throws Error for damage.
TokenizerJson read_rank_list(std::span<const uint8_t> bytes, std::string_view file);

}  // namespace nibble
