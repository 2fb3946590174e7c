#include "plan/edit_options.h"

#include <charconv>
#include <cstdlib>
#include <limits>

#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"
#include "names.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

const std::string& text_of(const Json& object, const char* name, const char* list) {
  const Json* found = object.find(name);
  if (!found || !found->is_text())
    throw Error(std::string("Each element of \"edit.") + list + "\" must have a text \"" + name + "\".");
  return found->text();
}

void check_key(const std::string& key) {
  if (key.empty() || key.size() > gguf::max_string_bytes || key.find('\0') != std::string::npos)
    throw Error("A key must have at least one letter and no zero byte: " + in_quotes(key) + '.');
}

/// "u32", or "[u32]" for a list.
EditedEntry::Kind parse_kind(const std::string& name, const std::string& key) {
  const bool list = name.starts_with('[') && name.ends_with(']');
  const std::string element = list ? name.substr(1, name.size() - 2) : name;
  for (uint32_t number = 0; number <= static_cast<uint32_t>(ValueType::f64); ++number) {
    const auto type = static_cast<ValueType>(number);
    if (type != ValueType::array && value_type_name(type) == element) return {type, list};
  }
  throw Error("The entry " + in_quotes(key) + " cannot be " + in_quotes(name) +
              ". Kinds are u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, bool and string, and lists of them, for "
              "example [i32].");
}

EditedEntry parse_entry(const Json& json) {
  EditedEntry entry{text_of(json, "key", "set"), {}, {}};
  check_key(entry.key);
  if (const Json* kind = json.find("kind"); kind && !kind->is_null()) entry.kind = parse_kind(kind->text(), entry.key);
  const Json* values = json.find("values");
  if (!values || !values->is_list()) throw Error("Each element of \"edit.set\" must have a list \"values\".");
  entry.texts = values->get<std::vector<std::string>>();
  return entry;
}

SplitRule parse_split(const Json& json) {
  const auto number = [&](const char* name) -> uint64_t {
    const Json* found = json.find(name);
    if (!found || found->is_null()) return 0;
    if (!found->is_unsigned() || found->get<uint64_t>() == 0)
      throw Error(std::string("\"edit.split.") + name + "\" must be a whole number, 1 or more.");
    return found->get<uint64_t>();
  };
  const uint64_t tensors = number("tensors"), bytes = number("bytes");
  if ((tensors == 0) == (bytes == 0))
    throw Error("Say how many tensors a part has at most, or how many bytes; one of the two.");
  const Json* bare = json.find("bareFirst");
  return {tensors ? SplitRule::Unit::tensors : SplitRule::Unit::bytes, tensors ? tensors : bytes,
          bare && bare->is_bool() && bare->get<bool>()};
}

[[noreturn]] void wrong(const std::string& key, const std::string& text, ValueType type) {
  throw Error("The value of " + in_quotes(key) + " is no " + std::string(value_type_name(type)) + ": " +
              in_quotes(text) + '.');
}

template <class T>
void put(std::vector<uint8_t>& out, T value) {
  out.resize(out.size() + sizeof(T));
  store(out.data() + out.size() - sizeof(T), value);
}

template <class T>
bool put_whole(std::vector<uint8_t>& out, const std::string& text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  put(out, value);
  return true;
}

bool put_real(std::vector<uint8_t>& out, const std::string& text, bool wide) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || end != text.c_str() + text.size()) return false;
  if (wide) {
    put(out, value);
  } else {
    put(out, static_cast<float>(value));
  }
  return true;
}

bool put_value(std::vector<uint8_t>& out, const std::string& text, ValueType type) {
  switch (type) {
    case ValueType::u8: return put_whole<uint8_t>(out, text);
    case ValueType::i8: return put_whole<int8_t>(out, text);
    case ValueType::u16: return put_whole<uint16_t>(out, text);
    case ValueType::i16: return put_whole<int16_t>(out, text);
    case ValueType::u32: return put_whole<uint32_t>(out, text);
    case ValueType::i32: return put_whole<int32_t>(out, text);
    case ValueType::u64: return put_whole<uint64_t>(out, text);
    case ValueType::i64: return put_whole<int64_t>(out, text);
    case ValueType::f32: return put_real(out, text, false);
    case ValueType::f64: return put_real(out, text, true);
    case ValueType::boolean: put<uint8_t>(out, text == "true"); return text == "true" || text == "false";
    default:  // a string; lists of lists do not exist here
      put<uint64_t>(out, text.size());
      out.insert(out.end(), text.begin(), text.end());
      return text.find('\0') == std::string::npos;
  }
}

}  // namespace

EditOptions parse_edit_options(const Json& json) {
  if (!json.is_object()) throw Error("The option \"edit\" must be an object.");
  EditOptions options;
  for (const auto& [name, value] : json.members()) {
    if (name == "set") {
      for (const Json& entry : value.elements()) options.set.push_back(parse_entry(entry));
    } else if (name == "remove") {
      options.remove = value.get<std::vector<std::string>>();
    } else if (name == "rename") {
      for (const Json& one : value.elements()) {
        options.rename.emplace_back(text_of(one, "from", "rename"), text_of(one, "to", "rename"));
        check_key(options.rename.back().second);
      }
    } else if (name == "removeTensors") {
      options.remove_tensors = value.get<std::vector<std::string>>();
    } else if (name == "split") {
      if (!value.is_null()) options.split = parse_split(value);
    } else if (name == "headerBytes") {
      options.header_bytes = value.get<uint64_t>();
    } else {
      throw Error("There is no change " + in_quotes(name) + '.');
    }
  }
  return options;
}

std::vector<uint8_t> encoded_value(const EditedEntry& entry, EditedEntry::Kind kind) {
  std::vector<uint8_t> out;
  if (kind.list) {
    put(out, static_cast<uint32_t>(kind.type));
    put<uint64_t>(out, entry.texts.size());
  } else if (entry.texts.size() != 1) {
    throw Error("The entry " + in_quotes(entry.key) + " has one value, not " + std::to_string(entry.texts.size()) +
                '.');
  }
  for (const std::string& text : entry.texts) {
    if (!put_value(out, text, kind.type)) wrong(entry.key, text, kind.type);
  }
  return out;
}

}  // namespace nibble
