#pragma once
#include <string_view>
#include <vector>

#include "tokenizer/json_file.h"

/// The normalizer and the pre-tokenizer of a tokenizer.json: steps, each with a "type", alone or in a "Sequence".
namespace nibble {

/// The steps in their order, sequences opened; none for null.
std::vector<const Json*> text_steps(const Json& node);

/// The first step of that type; null when there is none.
const Json& find_step(const Json& node, std::string_view type);

/// Whether a space is put before a text: a Prepend step of the normalizer or a Metaspace pre-tokenizer.
bool prepends_space(const Json& node);

}  // namespace nibble
