#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "json/parse.h"

namespace nibble {

/// Reads the JSON text of the file called `file`, as Python writes it, piece by piece. Throws Error when it is not JSON
/// or nested too deeply.
void read_json_file(std::span<const uint8_t> bytes, std::string_view file, JsonEvents& events);
/// The value of the text; null for no bytes.
Json parse_json_file(std::span<const uint8_t> bytes, std::string_view file);

/// The member `key` of an object; null when there is none or `object` is something else.
const Json& member(const Json& object, std::string_view key);
/// A member that is a string; empty when there is none.
std::string text_member(const Json& object, std::string_view key);
/// A member that is true or false; `otherwise` when it is neither.
bool flag_member(const Json& object, std::string_view key, bool otherwise);

}  // namespace nibble
