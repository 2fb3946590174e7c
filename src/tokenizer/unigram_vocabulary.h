#pragma once
#include "tokenizer/sentencepiece.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/vocabulary.h"

/// Vocabularies whose tokens have logarithms of probabilities, of which a text gets those with the largest sum.
namespace nibble {

/// The vocabulary of a tokenizer.json of that kind, put into `vocabulary`, which has a place for every row. A step of
/// its normalizer that llama.cpp has no counterpart for is said. Throws Error for damage.
Vocabulary unigram_vocabulary(const TokenizerJson& json, Vocabulary vocabulary, OutOfRange& beyond, Notes& notes);

/// Makes `vocabulary`, which has the pieces of `model`, one of Unigram. Throws Error for damage.
void make_unigram(Vocabulary& vocabulary, const SentencePieceModel& model, Notes& notes);

/// XLM-RoBERTa's tokens do not have the ids of their pieces: <s>, <pad>, </s> and <unk> come first, the others move up
/// by one, and <mask> is the last. Throws Error when the pieces do not begin with <unk>, <s> and </s>.
void move_ids_as_xlm_roberta(SentencePieceModel& model);

}  // namespace nibble
