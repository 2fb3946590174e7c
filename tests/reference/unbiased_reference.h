#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/format.h"

/// The method unbiased from its definition in docs/searches.md.
namespace nibble::reference {

/// `blocks` of a type with half-float scales, or of a codebook type whose first two bytes are the one it has, which
/// stand for the `count` weights x, with every scale and minimum multiplied by sum p x^2 / sum p x y over its block; y:
/// what the block decodes to, p: the importance, or 1 where that is null. A block stays as it is where the factor is
/// not between 1/2 and 2, or a half float would overflow. Each sum is made of four: weight i goes to number i mod 4,
/// and they are added as (0 + 1) + (2 + 3).
std::vector<uint8_t> unbiased(const Format& format, std::vector<uint8_t> blocks, const float* x, size_t count,
                              const float* importance);

}  // namespace nibble::reference
