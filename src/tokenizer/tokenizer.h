#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "container/gguf_writer.h"
#include "note.h"

/// From the tokenizer files of a Hugging Face model folder to the `tokenizer.*` entries of a GGUF file, as llama.cpp's
/// convert_hf_to_gguf.py writes them. Nothing here reads a file: bytes in, entries out.
namespace nibble {

/// The bytes of the files as they are in the folder; an empty span is a file that is not there.
struct TokenizerFiles {
  std::span<const uint8_t> tokenizer_model;     ///< tokenizer.model, SentencePiece
  std::span<const uint8_t> spiece_model;        ///< spiece.model, T5's name for it
  std::span<const uint8_t> xlm_roberta_model;   ///< sentencepiece.bpe.model, whose tokens have other ids
  std::span<const uint8_t> tokenizer_json;      ///< of the tokenizers library
  std::span<const uint8_t> vocab_json;          ///< vocab.json, of byte-level BPE
  std::span<const uint8_t> merges;              ///< merges.txt
  std::span<const uint8_t> vocab_text;          ///< vocab.txt, of WordPiece
  std::span<const uint8_t> tokenizer_config;    ///< tokenizer_config.json
  std::span<const uint8_t> special_tokens_map;  ///< special_tokens_map.json
  std::span<const uint8_t> added_tokens;        ///< added_tokens.json
  std::span<const uint8_t> tekken;              ///< tekken.json, Mistral's
  /// tokenizer.model.VERSION, SentencePiece, by VERSION ("v3"), as Mistral's own layout has it
  std::vector<std::pair<std::string, std::span<const uint8_t>>> versioned_models;
  std::span<const uint8_t> ranks;               ///< a list of tiktoken
  std::string ranks_name;                       ///< the list's name: "qwen.tiktoken", "tiktoken.model"
  std::span<const uint8_t> config;              ///< config.json
  std::span<const uint8_t> generation_config;   ///< generation_config.json
  std::span<const uint8_t> chat_template;       ///< chat_template.jinja
  std::span<const uint8_t> chat_template_json;  ///< chat_template.json
  /// additional_chat_templates/NAME.jinja, by NAME, in alphabetical order
  std::vector<std::pair<std::string, std::span<const uint8_t>>> named_templates;
  /// The folder is in Mistral's own layout: its tokenizer counts before the other library's.
  bool mistral_layout = false;
};

/// Appends tokenizer.ggml.model, pre, tokens, scores, token_type, merges, the ids of special tokens, add_bos_token,
/// add_eos_token, add_sep_token, add_space_prefix, remove_extra_whitespaces, precompiled_charsmap, token_type_count,
/// normalizer.lowercase and strip_accents, and tokenizer.chat_template.
///
/// `vocab_size` is the number of rows of the token embedding: unused ids are filled with [PADn], and tokens beyond are
/// left out with a warning. 0 takes as many as the tokenizer has.
///
/// tokenizer.model is preferred. A tokenizer.json whose BPE falls back to bytes becomes a SentencePiece vocabulary with
/// scores that merge in the order of its merges; other BPE is byte-level ("gpt2"), WordPiece "bert", Unigram "t5".
/// Where neither is there, the other names of SentencePiece models count, then vocab.json with merges.txt, byte-level
/// BPE as well, or vocab.txt, WordPiece, and before these tekken.json, tokenizer.model.VERSION and lists of ranks,
/// which in Mistral's own layout count first. A SentencePiece model of the kind Unigram is "t5" too, except a decoder's
/// (…ForCausalLM), which is "llama" as the converter has it, with a note. Throws Error when no vocabulary is there,
/// when what is there is damaged, or when it is of a kind GGUF has none for (WordLevel). Damage to another file costs
/// what that file says, and no more. `notes` gets what was left out or could not be carried over exactly.
void append_tokenizer(KeyValueList& metadata, const TokenizerFiles& files, uint64_t vocab_size, Notes& notes);

}  // namespace nibble
