#include "tokenizer/json_file.h"

#include <algorithm>

#include "container/placeholder.h"
#include "container/python_json.h"
#include "error.h"

namespace nibble {

void read_json_file(std::span<const uint8_t> bytes, std::string_view file, JsonEvents& events) {
  try {
    read_python_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, events);
  } catch (const JsonError& problem) {
    const std::string name(file);
    switch (problem.kind) {
      case JsonError::Kind::depth:
        throw Error(name + " nests lists and objects more than " + std::to_string(max_json_depth) +
                    " deep, which no file of its kind does. Download it again.");
      case JsonError::Kind::number: throw Error(name + " holds a number no program can read. Download it again.");
      case JsonError::Kind::syntax: break;
    }
    if (const auto reason = placeholder_reason(bytes)) throw Error(name + " is not JSON. " + *reason);
    throw Error(name + " is not valid JSON: it goes wrong at byte " +
                std::to_string(std::min(problem.byte, bytes.size())) + " of " + std::to_string(bytes.size()) +
                ". Download it again.");
  }
}

Json parse_json_file(std::span<const uint8_t> bytes, std::string_view file) {
  if (bytes.empty()) return nullptr;
  JsonBuilder built;
  read_json_file(bytes, file, built);
  return built.take();
}

const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  const Json* found = object.find(key);
  return found ? *found : none;
}

std::string text_member(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_text() ? value.text() : std::string();
}

bool flag_member(const Json& object, std::string_view key, bool otherwise) {
  const Json& value = member(object, key);
  return value.is_bool() ? value.get<bool>() : otherwise;
}

}  // namespace nibble
