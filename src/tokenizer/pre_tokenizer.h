#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "note.h"
#include "tokenizer/json_file.h"

namespace nibble {

/// llama.cpp's name (tokenizer.ggml.pre) for how a byte-level BPE tokenizer cuts text into words before merging.
///
/// llama.cpp's converter finds it by the hash of a test text's ids; here the pre_tokenizer section itself is compared
/// with the list of those llama.cpp implements. `rest` is tokenizer.json without its long lists, `clean_spaces`
/// clean_up_tokenization_spaces of tokenizer_config.json, which two names differ in. Unknown ones give "default" and a
/// warning.
std::string_view pre_tokenizer_name(const Json& rest, bool clean_spaces, Notes& notes);

/// Likewise where there is no tokenizer.json: by the class of the transformers library that reads the folder, which is
/// tokenizer_class of tokenizer_config.json or config.json, or goes with the latter's model_type.
std::string_view pre_tokenizer_name_of_class(const Json& tokenizer_config, const Json& config, Notes& notes);

/// The way back from a name: the pre_tokenizer section of a tokenizer.json, and the switches that the name stands for.
struct KnownCutting {
  Json steps;
  bool ignore_merges = false, clean_spaces = false;
};
/// Nothing where the name is not known, or expressions are known by their beginning only.
std::optional<KnownCutting> pre_tokenizer_of_name(std::string_view name);

}  // namespace nibble
