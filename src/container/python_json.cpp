#include "container/python_json.h"

#include <limits>

namespace nibble {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
struct Word {
  std::string_view word, content;  ///< as Python writes it, and what stands in quotes for it
  double number;
};
constexpr Word words[] = {{"NaN", "\x7F", std::numeric_limits<double>::quiet_NaN()},
                          {"Infinity", "\x7Finfi\x7F", infinity},
                          {"-Infinity", "\x7F-infi\x7F", -infinity}};

std::string quoted(std::string_view content) { return std::string(1, '"').append(content).append(1, '"'); }

/// Makes numbers of the strings of without_python_numbers().
class NumbersOfWords : public JsonEvents {
 public:
  explicit NumbersOfWords(JsonEvents& events) : events_(events) {}
  void begin_object() override { events_.begin_object(); }
  void end_object() override { events_.end_object(); }
  void begin_list() override { events_.begin_list(); }
  void end_list() override { events_.end_list(); }
  void name(std::string& text) override { events_.name(text); }
  void value(Json&& value) override {
    for (const Word& word : words) {
      if (value.is(word.content)) value = word.number;
    }
    events_.value(std::move(value));
  }

 private:
  JsonEvents& events_;
};

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
      for (const auto& [word, content, number] : words) {
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

void read_python_json(std::string_view text, JsonEvents& events) {
  const std::optional<std::string> standard = without_python_numbers(text);
  if (!standard) return read_json(text, events);
  NumbersOfWords numbers(events);
  read_json(*standard, numbers);
}

std::string with_python_numbers(std::string text) {
  for (const auto& [word, content, number] : words) {
    const std::string from = quoted(content);
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, from.size(), word);
    }
  }
  return text;
}

}  // namespace nibble
