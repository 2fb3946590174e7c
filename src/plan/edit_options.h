#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "container/gguf.h"
#include "json/json.h"

namespace nibble {

/// A metadata entry of a GGUF file with a value that the person wrote.
struct EditedEntry {
  struct Kind {
    ValueType type;  ///< of the value, or of the elements of a list
    bool list;
  };
  std::string key;
  std::optional<Kind> kind;        ///< nothing: the kind that the entry has
  std::vector<std::string> texts;  ///< the value; of a list, each element's
};

/// How a GGUF file is cut into parts, as gguf-split cuts it: after so many tensors, or before their bytes, each tensor
/// padded, would be more.
struct SplitRule {
  enum class Unit : uint8_t { tensors, bytes } unit;
  uint64_t most;
  bool bare_first;  ///< the first part has metadata only
};

/// Changes to a GGUF file that leave the weights as they are.
struct EditOptions {
  std::vector<std::string> remove;                          ///< keys
  std::vector<std::pair<std::string, std::string>> rename;  ///< keys: from, to
  std::vector<EditedEntry> set;                             ///< in the order given
  std::vector<std::string> remove_tensors;                  ///< patterns of names, as in rules for types
  std::optional<SplitRule> split;                           ///< otherwise the output is one file
  /// The header has exactly so many bytes, so that it can be written over the one there is: tensors stay where they
  /// are, and room that is left is filled with an entry that says so.
  std::optional<uint64_t> header_bytes;
};

/// Reads EditOptions of web/src/wasm/types/plan.ts. Throws Error for anything it does not understand.
EditOptions parse_edit_options(const Json& json);

/// The value as a GGUF file holds it. Throws Error when the texts are no values of that kind.
std::vector<uint8_t> encoded_value(const EditedEntry& entry, EditedEntry::Kind kind);

}  // namespace nibble
