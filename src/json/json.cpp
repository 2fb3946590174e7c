#include "json/json.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "error.h"

namespace nibble {
namespace {

/// The number of bytes of the UTF-8 sequence at the start of `text`; 0 when there is none.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u; };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  // No overlong forms, no surrogates, nothing above U+10FFFF.
  if (first >= 0xE0 && first <= 0xEF) {
    return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = sequence_length(text.substr(i));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else if (length > 1) {
      out += text.substr(i, length);
      i += length;
    } else {
      ++i;
      constexpr std::string_view named = "\"\\\b\f\n\r\t", names = "\"\\bfnrt";
      const size_t place = named.find(c);
      if (place != std::string_view::npos) {
        out += '\\';
        out += names[place];
      } else if (static_cast<uint8_t>(c) < 0x20) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
        out += escape;
      } else {
        out += c;
      }
    }
  }
  out += '"';
}

struct WrittenNumber {
  uint64_t bits;
  char text[32];
};

uint64_t bits_of(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

void write_number(double value, WrittenNumber& written) {
  char* text = written.text;
  constexpr size_t room = sizeof written.text;
  constexpr int always_exact = 17, exact_powers_of_ten = 15;
  int digits = exact_powers_of_ten;
  do {
    std::snprintf(text, room, "%.*g", digits, value);
  } while (std::strtod(text, nullptr) != value && ++digits <= always_exact);
  if (digits > exact_powers_of_ten && std::fabs(value) >= 1e15) std::snprintf(text, room, "%.*e", digits - 1, value);
  if (std::string_view(text).find_first_of(".e") == std::string_view::npos) std::strcat(text, ".0");
  written.bits = bits_of(value);
}

/// The shortest decimal form that reads back as the same number, and as no whole one: what Python's json writes, so
/// that configurations are written back as they were.
void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Reports name the same edges of histograms again and again, and finding out how few digits do takes long.
  constexpr size_t remembered_count = 512;
  thread_local std::array<WrittenNumber, remembered_count> remembered;
  const uint64_t bits = bits_of(value);
  WrittenNumber& written = remembered[(bits * 0x9E3779B97F4A7C15u) >> (64 - 9)];
  static_assert(remembered_count == 1 << 9);
  if (written.bits != bits || written.text[0] == 0) write_number(value, written);
  out += written.text;
}

void append_line(std::string& out, int indent, int depth) {
  if (indent == 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent * depth), ' ');
}

void append_value(std::string& out, const Json& json, int indent, int depth) {
  if (json.is_object()) {
    if (json.members().empty()) {
      out += "{}";
      return;
    }
    char before = '{';
    for (const auto& [name, value] : json.members()) {
      out += before;
      before = ',';
      append_line(out, indent, depth + 1);
      append_text(out, name);
      out += indent ? ": " : ":";
      append_value(out, value, indent, depth + 1);
    }
    append_line(out, indent, depth);
    out += '}';
  } else if (json.is_list()) {
    if (json.elements().empty()) {
      out += "[]";
      return;
    }
    char before = '[';
    for (const Json& element : json.elements()) {
      out += before;
      before = ',';
      append_line(out, indent, depth + 1);
      append_value(out, element, indent, depth + 1);
    }
    append_line(out, indent, depth);
    out += ']';
  } else if (json.is_text()) {
    append_text(out, json.text());
  } else if (json.is_null()) {
    out += "null";
  } else if (json.is_bool()) {
    out += json.get<bool>() ? "true" : "false";
  } else if (json.is_unsigned()) {
    out += std::to_string(json.get<uint64_t>());
  } else if (json.is_whole()) {
    out += std::to_string(json.get<int64_t>());
  } else {
    append_number(out, json.get<double>());
  }
}

}  // namespace

Json::Json(Scalar scalar) {
  switch (scalar.kind) {
    case Scalar::truth: value_ = scalar.bits != 0; break;
    case Scalar::whole: value_ = scalar.bits; break;
    case Scalar::negative: value_ = static_cast<int64_t>(scalar.bits); break;
    case Scalar::real: value_ = scalar.number; break;
  }
}
Json::Json(std::nullptr_t) : value_(nullptr) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(std::string text) : value_(std::move(text)) {}
Json::Json(std::initializer_list<JsonMember> members) : value_(Members(members)) {}
Json::Json(List elements) : value_(std::move(elements)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::list(List elements) { return Json(std::move(elements)); }
Json Json::object() { return Json(std::initializer_list<JsonMember>{}); }

const std::string& Json::text() const {
  if (!is_text()) wrong("a text");
  return *std::get_if<std::string>(&value_);
}

const Json::List& Json::elements() const {
  static const List none;
  return is_list() ? *std::get_if<List>(&value_) : none;
}

const Json::Members& Json::members() const {
  static const Members none;
  return is_object() ? *std::get_if<Members>(&value_) : none;
}

const Json* Json::find(std::string_view name) const {
  const Members& all = members();
  for (auto member = all.rbegin(); member != all.rend(); ++member) {
    if (member->name == name) return &member->value;
  }
  return nullptr;
}

const Json& Json::at(std::string_view name) const {
  const Json* found = find(name);
  if (!found) throw Error("A JSON object lacks its member \"" + std::string(name) + "\".");
  return *found;
}

void Json::push_back(Json element) { std::get_if<List>(&value_)->push_back(std::move(element)); }

void Json::add(std::string name, Json value) {
  std::get_if<Members>(&value_)->push_back({std::move(name), std::move(value)});
}

void Json::set(std::string_view name, Json value) {
  if (const Json* found = find(name)) {
    *const_cast<Json*>(found) = std::move(value);
  } else {
    add(std::string(name), std::move(value));
  }
}

void Json::remove(std::string_view name) {
  if (Members* members = std::get_if<Members>(&value_)) {
    std::erase_if(*members, [&](const auto& member) { return member.name == name; });
  }
}

void Json::drop_repeated_names() {
  Members* members = std::get_if<Members>(&value_);
  if (!members) return;
  std::unordered_map<std::string_view, size_t> places;
  std::vector<bool> repeats(members->size());
  for (size_t i = 0; i < members->size(); ++i) {
    const auto [place, is_first] = places.try_emplace((*members)[i].name, i);
    if (is_first) continue;
    (*members)[place->second].value = std::move((*members)[i].value);
    repeats[i] = true;
  }
  if (places.size() == members->size()) return;
  Members left;
  for (size_t i = 0; i < members->size(); ++i) {
    if (!repeats[i]) left.push_back(std::move((*members)[i]));
  }
  *members = std::move(left);
}

void Json::append_to(std::string& text, int indent) const { append_value(text, *this, indent, 0); }

std::string Json::dump(int indent) const {
  std::string text;
  append_to(text, indent);
  return text;
}

void Json::wrong(const char* expected) { throw Error(std::string("A JSON value is not ") + expected + '.'); }

void Json::read(bool& value) const {
  if (!is_bool()) wrong("true or false");
  value = *std::get_if<bool>(&value_);
}

void Json::read(double& value) const {
  if (is_unsigned()) {
    value = static_cast<double>(*std::get_if<uint64_t>(&value_));
  } else if (const int64_t* whole = std::get_if<int64_t>(&value_)) {
    value = static_cast<double>(*whole);
  } else if (const double* real = std::get_if<double>(&value_)) {
    value = *real;
  } else {
    wrong("a number");
  }
}

void Json::read(float& value) const { value = static_cast<float>(get<double>()); }

void Json::read(std::string& value) const { value = text(); }

Json::Whole Json::whole_value() const {
  if (const uint64_t* whole = std::get_if<uint64_t>(&value_)) return {false, *whole};
  if (const int64_t* whole = std::get_if<int64_t>(&value_)) return {true, static_cast<uint64_t>(*whole)};
  wrong("a whole number");
}

}  // namespace nibble
