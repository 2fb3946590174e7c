#include "container/python_json.h"

namespace nibble {
namespace {

struct Word {
  std::string_view word, content;  ///< as Python writes it, and what stands in quotes for it
};
constexpr Word words[] = {
    {"NaN", python_json::nan}, {"Infinity", python_json::infinity}, {"-Infinity", python_json::minus_infinity}};

std::string quoted(std::string_view content) { return std::string(1, '"').append(content).append(1, '"'); }

}  // namespace

std::optional<std::string> without_python_numbers(std::string_view text) {
  std::optional<std::string> changed;
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && in_string) {
      ++at;
    } else if (text[at] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      for (const auto& [word, content] : words) {
        if (!text.substr(at).starts_with(word)) continue;
        if (!changed) changed = text;
        changed->replace(at, word.size(), quoted(content));
        at += word.size() - 1;
        break;
      }
    }
  }
  return changed;
}

std::string with_python_numbers(std::string text) {
  for (const auto& [word, content] : words) {
    const std::string from = quoted(content);
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, from.size(), word);
    }
  }
  return text;
}

}  // namespace nibble
