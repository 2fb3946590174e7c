#pragma once
#include <algorithm>
#include <string>
#include <string_view>

/// Names as people type them: Latin letters of either case are the same.
namespace nibble {

constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_case(c);
  return lower;
}

inline bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_case(x) == lower_case(y); });
}

/// True when a file's name has something before this end of it: ".gguf" of "Model.GGUF".
inline bool has_extension(std::string_view name, std::string_view extension) {
  return name.size() > extension.size() && same_name(name.substr(name.size() - extension.size()), extension);
}

}  // namespace nibble
