#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace nibble {

/// Something a person should know of a model, or of what is to be made of it.
struct Note {
  enum class Level {
    note,    ///< good to know; the output can be used
    warning  ///< the output is of no use as it is: no program loads it, or it answers nonsense
  };
  Level level;
  std::string text;        ///< sentences: what, where, what to do
  bool gguf_only = false;  ///< about the GGUF file that is made of the model, and about no other output
};

struct Notes {
  std::vector<Note> list;

  void add(std::string text) { list.push_back({Note::Level::note, std::move(text)}); }
  void warn(std::string text) { list.push_back({Note::Level::warning, std::move(text)}); }
  void append(const Notes& more) { list.insert(list.end(), more.list.begin(), more.list.end()); }
  /// Otherwise the order stays.
  void put_warnings_first() {
    std::stable_partition(list.begin(), list.end(),
                          [](const Note& note) { return note.level == Note::Level::warning; });
  }
};

}  // namespace nibble
