#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nibble {

/// A tensor of a safetensors file.
struct SafetensorsTensor {
  std::string_view name, dtype;
  std::span<const uint64_t> shape;  ///< outermost first
  uint64_t begin, end;              ///< from the start of the data
};

/// The start of a safetensors file: the length, the JSON header with its tensors in the order given, and spaces that
/// make the data begin at a multiple of eight bytes.
std::vector<uint8_t> write_safetensors_header(std::span<const SafetensorsTensor> tensors,
                                              std::span<const std::pair<std::string, std::string>> metadata);

}  // namespace nibble
