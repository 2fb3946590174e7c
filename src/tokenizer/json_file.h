#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace nibble {

using FileJson = nlohmann::json;

/// Containers inside containers deeper than this are damage or an attack; the files in question use six.
inline constexpr int max_json_depth = 64;

/// The JSON text of the file called `file`; null for no bytes. `keep` sees every value before it is stored, as
/// nlohmann's parser callback, and drops it by answering false. Throws Error when it is not JSON or nested too deeply.
FileJson parse_json_file(std::span<const uint8_t> bytes, std::string_view file,
                         const FileJson::parser_callback_t& keep = nullptr);

/// The member `key` of an object; null when there is none or `object` is something else.
const FileJson& member(const FileJson& object, const char* key);
/// A member that is a string; empty when there is none.
std::string text_member(const FileJson& object, const char* key);
/// A member that is true or false; `otherwise` when it is neither.
bool flag_member(const FileJson& object, const char* key, bool otherwise);

}  // namespace nibble
