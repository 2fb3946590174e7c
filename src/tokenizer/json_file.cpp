#include "tokenizer/json_file.h"

#include <algorithm>

#include "container/placeholder.h"
#include "container/python_json.h"
#include "error.h"

namespace nibble {

FileJson parse_json_file(std::span<const uint8_t> bytes, std::string_view file,
                         const FileJson::parser_callback_t& keep) {
  if (bytes.empty()) return nullptr;
  const auto guarded = [&](int depth, FileJson::parse_event_t event, FileJson& parsed) {
    if (depth > max_json_depth) {
      throw Error(std::string(file) + " nests lists and objects more than " + std::to_string(max_json_depth) +
                  " deep, which no file of its kind does. Download it again.");
    }
    return !keep || keep(depth, event, parsed);
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::optional<std::string> standard = without_python_numbers(text);
  try {
    FileJson json = FileJson::parse(standard ? std::string_view(*standard) : text, guarded);
    if (standard) restore_python_numbers(json);
    return json;
  } catch (const FileJson::parse_error& problem) {
    if (const auto reason = placeholder_reason(bytes)) throw Error(std::string(file) + " is not JSON. " + *reason);
    throw Error(std::string(file) + " is not valid JSON: it goes wrong at byte " +
                std::to_string(std::min(problem.byte, bytes.size())) + " of " + std::to_string(bytes.size()) +
                ". Download it again.");
  } catch (const FileJson::exception&) {
    throw Error(std::string(file) + " holds a number no program can read. Download it again.");
  }
}

const FileJson& member(const FileJson& object, const char* key) {
  static const FileJson none = nullptr;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

std::string text_member(const FileJson& object, const char* key) {
  const FileJson& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag_member(const FileJson& object, const char* key, bool otherwise) {
  const FileJson& value = member(object, key);
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

}  // namespace nibble
