#include "search/scale_storage.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "numeric/bits.h"
#include "numeric/half.h"
#include "numeric/scale_floats.h"

namespace nibble {
namespace {

/// The float that a number is rounded to before it is rounded to a shorter one: where it is not exact, the neighbour
/// whose last bit is set. No tie of the second rounding is there, so that the two round as one would.
float to_odd(double value) {
  const float nearest = static_cast<float>(value);
  const uint32_t bits = bit_cast<uint32_t>(nearest);
  if (nearest == value || std::isinf(nearest) || (bits & 1)) return nearest;
  return bit_cast<float>(std::fabs(value) > std::fabs(nearest) ? bits + 1 : bits - 1);
}

float nearest_half(double scale) {
  const float half = f32_from_f16(f16_from_f32(to_odd(scale)));
  return std::isinf(half) ? std::copysign(65504.0f, half) : half;
}

int nearest_e8m0(double scale) {
  int exponent;
  const double mantissa = std::frexp(scale, &exponent);  // scale = mantissa * 2^exponent, mantissa 0.5 .. 1
  return std::clamp(128 + exponent - (mantissa <= 0.75 ? 1 : 0), 0, 254);
}

/// The ue4m3 codes 0..0x7E ascend with their values.
int nearest_ue4m3(double scale) {
  int low = 0, high = 0x7E;
  while (low < high) {
    const int middle = (low + high) / 2;
    const double midpoint = (static_cast<double>(half_of_ue4m3(static_cast<uint8_t>(middle))) +
                             half_of_ue4m3(static_cast<uint8_t>(middle + 1))) /
                            2;
    if (scale > midpoint) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

float nearest_stored_scale(double scale, Storage storage) {
  switch (storage) {
    case Storage::f16: return nearest_half(scale);
    case Storage::e8m0: return half_of_e8m0(scale_byte(to_odd(std::fabs(scale)), storage));
    case Storage::ue4m3: return half_of_ue4m3(scale_byte(to_odd(std::fabs(scale)), storage));
    case Storage::real: break;
  }
  return static_cast<float>(scale);
}

int32_t stored_bits(float scale, Storage storage) {
  return storage == Storage::f16 ? f16_from_f32(scale) : scale_byte(scale, storage);
}

uint8_t scale_byte(float scale, Storage storage) {
  if (storage == Storage::e8m0) return static_cast<uint8_t>(scale == 0 ? 0 : nearest_e8m0(scale));
  return static_cast<uint8_t>(nearest_ue4m3(scale));
}

}  // namespace nibble
