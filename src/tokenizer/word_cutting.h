#pragma once
#include <string_view>
#include <vector>

namespace nibble {

/// How a byte-level tokenizer cuts a text into words before it merges, by llama.cpp's names (tokenizer.ggml.pre).
struct WordCutting {
  std::vector<std::string_view> names;
  std::vector<std::string_view> patterns;  ///< each cuts what those before it left; see pattern.h
  bool whole_words = false;                ///< a word that is a token is not put together by merges
  bool begins = false;                     ///< texts begin with a token where the metadata does not say
  bool marked_spaces = false;              ///< spaces are written ▁, and bytes as they are, in place of GPT-2's letters
};

/// Null for a name that is not known. An empty name is that of files from before there were names.
const WordCutting* find_word_cutting(std::string_view name);

}  // namespace nibble
