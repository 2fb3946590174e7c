#pragma once
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

/// JSON as Python's json module writes it by default: with NaN, Infinity and -Infinity, which the standard lacks.
namespace nibble {

/// The text with each of the three made a string of the same length that no file has otherwise; nothing when it holds
/// none of them.
std::optional<std::string> without_python_numbers(std::string_view text);
/// The text with those strings made the three words again.
std::string with_python_numbers(std::string text);

namespace python_json {
constexpr std::string_view nan = "\x7F", infinity = "\x7Finfi\x7F", minus_infinity = "\x7F-infi\x7F";
}

/// Makes numbers of the strings of without_python_numbers() in a tree of nlohmann's.
template <class Json>
void restore_python_numbers(Json& json) {
  if (json.is_structured()) {
    for (Json& inner : json) restore_python_numbers(inner);
  } else if (json.is_string()) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::string text = json.template get<std::string>();
    if (text == python_json::nan) json = std::numeric_limits<double>::quiet_NaN();
    if (text == python_json::infinity) json = infinity;
    if (text == python_json::minus_infinity) json = -infinity;
  }
}

}  // namespace nibble
