#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nibble {

/// What a header says of one tensor.
struct SafetensorsEntry {
  std::string name, dtype;
  std::vector<uint64_t> shape;  ///< outermost first
  uint64_t begin = 0, end = 0;  ///< from the start of the data
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< in the order of the header
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Reads the JSON of a header, in one pass and without a tree of it. Throws Error for anything but a header.
SafetensorsHeader read_safetensors_header(std::string_view json);

}  // namespace nibble
