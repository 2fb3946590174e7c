#pragma once
#include <cstdint>
#include <span>

#include "formats/format.h"
#include "formats/iq_codes.h"

namespace nibble {

/// What codebook formats say of themselves, for code that does not know them: a point of the codebook gives the levels
/// of consecutive weights. IQ2 and IQ3 store signs: a weight is step * magnitude, or the negative of that. IQ1 stores
/// shifts: a weight is step * (magnitude + shift), the shift iq::iq1_shift or the negative of that.
struct PointGrammar {
  std::span<const uint16_t> codebook;  ///< level i of a point at bits level_bits * i
  uint32_t length;                     ///< weights of a point: 8 or 4
  uint32_t level_bits;
  std::span<const float> magnitudes;  ///< of each level, ascending
  bool even_signs;                    ///< an even number of each eight weights is negative
  /// Gives the half float d.
  uint16_t (*unpack)(const uint8_t* block, IqCodes& codes);
  void (*encode)(uint16_t d, const IqCodes& codes, uint8_t* block);
  float (*step)(float d, int scale_code);  ///< of a run
  uint32_t shift_length = 0;               ///< weights that are shifted together; 0: signs are stored
};

/// Of every codebook format. Null for all others.
const PointGrammar* find_codebook(Type type);
/// Of those that store signs, which rounding to points is made for. Null for all others.
const PointGrammar* find_points(Type type);

}  // namespace nibble
