#pragma once
#include "container/gguf_writer.h"
#include "tokenizer/make_vocabulary.h"

namespace nibble {

/// Appends the ids of special tokens, which of them to put around a text, and the chat template. The order of sources
/// is llama.cpp's converter's: names of tokenizer_config.json looked up in tokenizer.json, then ids of config.json.
/// What neither says is taken from special_tokens_map.json, generation_config.json and tokenizer.model.
void append_special_tokens(KeyValueList& metadata, const Vocabulary& vocabulary, const TokenizerJson* json,
                           const TokenizerSettings& settings);

}  // namespace nibble
