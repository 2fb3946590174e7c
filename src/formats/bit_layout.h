#pragma once
#include <cstdint>
#include <vector>

#include "formats/format.h"

/// Which number of a block each of its bits is part of. Nothing states it: it is found by setting bits and looking at
/// what the format's unpack() makes of them, so that it cannot differ from what decodes the block.
namespace nibble {

/// point, sign and shift are those of codebook formats: a position in the codebook, the sign of a weight, and the
/// direction of a shift. Where an even number of eight weights is negative the last one's sign is not stored: it is the
/// parity of the other seven.
enum class StoredPart : uint8_t { code, scale, minimum, shared_scale, shared_minimum, point, sign, shift };

struct StoredBit {
  uint16_t bit;  ///< 8 * byte + place in the byte, 0 the lowest
  StoredPart part;
  uint16_t index;  ///< the weight of a code or sign, the run of a scale or minimum, the number of a point or shift in
                   ///< order; 0 for shared numbers
  int32_t adds;    ///< to the stored number when it is set; 0 where numbers share bits (TQ1_0)
};

struct BitLayout {
  std::vector<StoredBit> bits;  ///< by rising bit; a bit that numbers share is there once for each
  int32_t lowest_scale = 0;     ///< the scale whose bits are all zero; every other number is 0 there
};

/// Empty for formats that store no blocks of levels or points: floats, integers, what is only copied.
BitLayout bit_layout(const Format& format);

}  // namespace nibble
