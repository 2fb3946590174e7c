#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "json/parse.h"

/// JSON as Python's json module writes it by default: with NaN, Infinity and -Infinity, which the standard lacks.
namespace nibble {

/// The text with each of the three made a string of the same length that no file has otherwise; nothing when it holds
/// none of them.
std::optional<std::string> without_python_numbers(std::string_view text);
/// The text with those strings made the three words again.
std::string with_python_numbers(std::string text);

/// As read_json(), of a text that may hold the three words, which become numbers.
void read_python_json(std::string_view text, JsonEvents& events);

}  // namespace nibble
