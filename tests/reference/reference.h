#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// Slow, obviously right versions of every format and of llama.cpp's quantizers, written from the definitions of the
/// formats and sharing no code with src/. The kernel tests compare every decoder and quantizer with them.
///
/// To add a format: write its two functions in tests/reference/FAMILY.cpp and close the file's anonymous namespace with
///
///   const Registration registration{"q9_K", quantize, decode};
///
/// Nothing else is needed: the harness in tests/core/kernel_test.cpp walks the formats and finds references by name.
/// Formulas shared by formats (conversions, scale searches) are in numeric.h and searches.h beside this file.
namespace nibble::reference {

/// Quantizes one row of `length` weights (a multiple of the block length); `importance` has one value a weight or is
/// null. Inputs are finite.
using Quantize = void (*)(const float* row, uint8_t* blocks, size_t length, const float* importance);
/// Decodes `length` weights. Where a value is NaN, any NaN will do.
using Decode = void (*)(const uint8_t* blocks, float* values, size_t length);

struct Reference {
  std::string_view name;  ///< the format's name, as in the list of formats
  Quantize quantize;      ///< the method "llama.cpp"; null for types that are only read
  Decode decode;
};

/// All registered references, in no particular order.
std::vector<Reference>& all();
/// Null when the format has none.
const Reference* find(std::string_view name);

struct Registration {
  Registration(std::string_view name, Quantize quantize, Decode decode) { all().push_back({name, quantize, decode}); }
};

}  // namespace nibble::reference
