#pragma once
#include <array>
#include <cstdint>

/// The fixed grids some 4-bit formats pick their values from.
namespace nibble {

/// IQ4_NL and IQ4_XS: sixteen unevenly spaced levels, ascending, denser near zero.
inline constexpr int8_t iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/// MXFP4 and NVFP4: the values of the 4-bit float E2M1, doubled so that they are integers. Code bit 3 is the sign.
inline constexpr int8_t fp4_values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// NF4 of bitsandbytes: quantiles of the normal distribution, scaled to 1 (QLoRA, appendix E).
inline constexpr std::array<float, 16> nf4_levels = {-1.0f,
                                                     -0.6961928009986877f,
                                                     -0.5250730514526367f,
                                                     -0.39491748809814453f,
                                                     -0.28444138169288635f,
                                                     -0.18477343022823334f,
                                                     -0.09105003625154495f,
                                                     0.0f,
                                                     0.07958029955625534f,
                                                     0.16093020141124725f,
                                                     0.24611230194568634f,
                                                     0.33791524171829224f,
                                                     0.44070982933044434f,
                                                     0.5626170039176941f,
                                                     0.7229568362236023f,
                                                     1.0f};

/// The code of the iq4 value next to v; halfway goes up, NaN gives 15. The distances to the two neighbours are exact in
/// single precision around a midpoint, and rounding keeps their order elsewhere, so comparing with the midpoint
/// decides as comparing the rounded distances does.
inline int nearest_iq4_code(float v) {
  int code = 0;
  for (int step = 8; step > 0; step /= 2) {
    const float midpoint = 0.5f * static_cast<float>(iq4_values[code + step - 1] + iq4_values[code + step]);
    if (!(v < midpoint)) code += step;
  }
  return code;
}

}  // namespace nibble
