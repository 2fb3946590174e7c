#pragma once
#include <string>
#include <vector>

#include "note.h"

namespace nibble {

/// The sentences of the notes, each after its level: "warning: …", "note: …".
inline std::vector<std::string> texts_of(const Notes& notes) {
  std::vector<std::string> texts;
  for (const Note& note : notes.list) {
    const std::string level = note.level == Note::Level::warning ? "warning: " : "note: ";
    texts.push_back(level + note.text);
  }
  return texts;
}

}  // namespace nibble
