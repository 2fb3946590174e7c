#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

/// NumPy's array files.
///
///   0x93 "NUMPY" | version 1.0, 2.0 or 3.0 | header length u16 (version 1) or u32 | header | data
///
/// The header is the text of a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
namespace nibble {

constexpr std::string_view npy_magic = "\x93NUMPY";
/// Bytes that hold the length of the header, whatever the version.
constexpr uint64_t npy_fixed_bytes = 12;

struct NpyHeader {
  Type type;
  std::string dtype;            ///< as safetensors calls it: "F32"
  std::vector<uint64_t> shape;  ///< innermost first; empty for a single value
  uint64_t weight_count, bytes;
  uint64_t data_offset;  ///< from the start of the array file
};

/// Where the header of an array file ends, from its first npy_fixed_bytes bytes. Throws Error when it is none.
uint64_t npy_header_end(std::span<const uint8_t> start);

/// Reads a whole header, npy_header_end() bytes. `name` is what sentences call the array. Throws Error when the array
/// is not laid out as rows of little-endian numbers.
NpyHeader read_npy_header(std::span<const uint8_t> header, std::string_view name);

}  // namespace nibble
