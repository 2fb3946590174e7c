#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/gguf.h"
#include "note.h"

namespace nibble {

/// Files of a folder: names and texts.
using FolderFiles = std::vector<std::pair<std::string, std::string>>;

/// The way back: tokenizer files that append_tokenizer() makes the `tokenizer.*` entries of a GGUF file from. Byte
/// pairs
/// ("gpt2"), words in pieces ("bert") and Unigram ("t5") become a tokenizer.json, SentencePiece's ("llama") a
/// tokenizer.model; tokenizer_config.json is beside. `config` is the text of the folder's config.json, `vocab_size` the
/// rows of the token embedding. None, and a sentence in `notes` that says why, where what would be made does not become
/// the same tokens, kinds of tokens, scores and merges again; of other entries that do not come back, a sentence.
FolderFiles revert_tokenizer(const GgufHeader& metadata, std::string_view config, uint64_t vocab_size, Notes& notes);

}  // namespace nibble
