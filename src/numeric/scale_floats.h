#pragma once
#include <cmath>
#include <cstdint>
#include <string_view>

#include "numeric/bits.h"

/// How block scales are stored, and the 8-bit floats that hold those of MXFP4 and NVFP4. Both decoders give half of the
/// standard value, because the 4-bit values they scale are doubled (value_tables.h).
namespace nibble {

enum class Storage : uint8_t {
  real,   ///< any number
  f16,    ///< half floats
  e8m0,   ///< powers of two from 2^-128 to 2^126 (halved, as MXFP4 uses them)
  ue4m3,  ///< unsigned floats of 4 and 3 bits (halved, as NVFP4 uses them)
};

constexpr std::string_view storage_name(Storage storage) {
  switch (storage) {
    case Storage::real: return "real";
    case Storage::f16: return "f16";
    case Storage::e8m0: return "e8m0";
    case Storage::ue4m3: return "ue4m3";
  }
  return "";
}

/// Half of the e8m0 value: 2^(e - 128), subnormal for e < 2.
inline float half_of_e8m0(uint8_t e) {
  const uint32_t exponent = e;
  return bit_cast<float>(e < 2 ? 0x00200000u << exponent : (exponent - 1) << 23);
}

/// Half of the ue4m3 value: four exponent bits with bias 7, three fraction bits, no sign. 0x7F (NaN) counts as zero.
inline float half_of_ue4m3(uint8_t code) {
  if (code == 0 || code == 0x7F) return 0.0f;
  const int exponent = (code >> 3) & 15, fraction = code & 7;
  const float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
                                    : std::ldexp(1.0f + static_cast<float>(fraction) / 8.0f, exponent - 7);
  return 0.5f * value;
}

/// The ue4m3 code of x, at most 0x7E (448). Rounds half up on the next fraction bit alone, as the reference does; zero,
/// negative values and NaN give 0.
inline uint8_t ue4m3_from_f32(float x) {
  if (!(x > 0.0f)) return 0;
  const uint32_t bits = bit_cast<uint32_t>(x > 448.0f ? 448.0f : x);
  int exponent = static_cast<int>(bits >> 23) - 127 + 7;
  if (exponent <= 0) {
    const int fraction = static_cast<int>(x * 512.0f + 0.5f);
    return static_cast<uint8_t>(fraction > 7 ? 7 : fraction);
  }
  if (exponent >= 15) return 0x7E;
  int fraction = static_cast<int>((bits >> 20) & 7u) + static_cast<int>((bits >> 19) & 1u);
  if (fraction > 7) {
    fraction = 0;
    if (++exponent >= 15) return 0x7E;
  }
  return static_cast<uint8_t>(exponent << 3 | fraction);
}

}  // namespace nibble
