#pragma once
#include <cfloat>
#include <cstdint>

#include "numeric/lanes.h"
#include "numeric/scale_floats.h"
#include "numeric/value_tables.h"

/// The provably best stored scale for the 4-bit floats of MXFP4 and NVFP4 under equal weights, by looking only at the
/// scales that can be best.
///
/// In units of a scale d the levels are 0 1 2 3 4 6 8 12 with either sign; those of 2d are 0 2 4 6 8 12 16 24, those of
/// d/2 are 0 1/2 1 3/2 2 3 4 6. Let y = max|x| / d.
///   - y <= 7: no weight is nearer to 8 or 12 than to 6, and all other levels are levels of d/2 too. d/2 is no worse.
///   - y >= 18 (of 32 weights) or y >= 16 (of 16): 2d lacks the levels 1 and 3 only, which costs a weight at most d^2,
///     where it lies on one of them. The largest weight wins (y - 12)^2 - (y - 16)^2 = 8y - 112, or more by the level
///     24: at least 32 or 16, which is more than the other 31 or 15 weights can lose. 2d is better.
/// So only scales with 7 < y < 18 (or 16) matter, as far as d/2 and 2d can be stored: e8m0 stores every power of two
/// within its range, ue4m3 every double below its end, and every half from code 16 on. These scales are compared in
/// single precision, where a difference x - l d is right to a unit in its own last place because l d is exact; what
/// comes within 1e-5, far more than such errors can add up to, is compared in double precision. V is float or Float4:
/// the same choice.
namespace nibble::NIBBLE_TARGET::exact_fp4 {

/// sum (x - the nearest level times d)^2 over n weights given by magnitude.
template <int n, class V>
inline float squared_error(const V* magnitudes, float d) {
  V middle[7], sum(0.0f);
  for (int k = 0; k < 7; ++k) middle[k] = V(0.5f * static_cast<float>(fp4_values[k] + fp4_values[k + 1]) * d);
  for (int i = 0; i < n / lane_count<V>; ++i) {
    V level(0.0f);
    for (int k = 0; k < 7; ++k) {
      const V step(static_cast<float>(fp4_values[k + 1] - fp4_values[k]));
      level += select(magnitudes[i] > middle[k], step, V(0.0f));
    }
    const V off = magnitudes[i] - level * V(d);
    sum += off * off;
  }
  float lanes[lane_count<V>], total = 0;
  store_run(sum, lanes);
  for (const float lane : lanes) total += lane;
  return total;
}
template <int n>
inline double precise_error(const float* x, float d) {
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double magnitude = std::fabs(static_cast<double>(x[i]));
    double level = 0;
    for (int k = 0; k < 7; ++k) {
      const int twice = fp4_values[k] + fp4_values[k + 1];
      if (magnitude > 0.5 * twice * static_cast<double>(d)) level = fp4_values[k + 1];
    }
    const double off = magnitude - level * d;
    sum += off * off;
  }
  return sum;
}

/// The best of the scales with the codes first..last, the lowest of equals; at most 32 of them.
template <int n, class V, class ScaleOf>
inline int best_code(const float* x, float largest, int first, int last, ScaleOf scale_of) {
  if (first == last) return first;
  float errors[32] = {}, limit = FLT_MAX;
  // Elsewhere squares may overflow or vanish: all are compared precisely.
  const bool moderate = largest > 1e-12f && largest < 1e15f;
  if (moderate) {
    V magnitudes[n / lane_count<V>];
    for (int i = 0; i < n / lane_count<V>; ++i) magnitudes[i] = absolute(load_run<V>(x + i * lane_count<V>));
    float least = FLT_MAX;
    for (int code = first; code <= last; ++code) {
      errors[code - first] = squared_error<n>(magnitudes, scale_of(code));
      least = lower_of(least, errors[code - first]);
    }
    if (least > 1e-30f) limit = least * 1.00001f;
  }
  int best = -1, near = 0;
  for (int code = first; code <= last; ++code) {
    if (errors[code - first] > limit) continue;
    best = best < 0 ? code : best;
    ++near;
  }
  if (near == 1) return best;
  double least = -1;
  for (int code = first; code <= last; ++code) {
    if (errors[code - first] > limit) continue;
    const double error = precise_error<n>(x, scale_of(code));
    if (least >= 0 && !(error < least)) continue;
    least = error;
    best = code;
  }
  return best;
}

/// For 32 weights: the exponent byte of half_of_e8m0.
template <class V>
inline uint8_t best_e8m0(const float* x) {
  const float largest = largest_magnitude<32, V>(x);
  if (largest == 0.0f) return 0;
  // The exponent that puts the largest weight at 8 <= y < 16, from the bits.
  const int even = static_cast<int>(bit_cast<uint32_t>(largest) >> 23) - 127 - 3 + 128;
  const float y = bit_cast<float>((bit_cast<uint32_t>(largest) & 0x007FFFFFu) | (130u << 23));
  int first = y < 9.0f ? even - 1 : even, last = y > 14.0f ? even + 1 : even;
  // Subnormal weights have no such exponent; the lowest ones are all that can be best.
  if (first < 4) first = 0, last = 6;
  if (last > 252) last = 252;  // from 253 on, levels are no floats
  return static_cast<uint8_t>(
      best_code<32, V>(x, largest, first, last, [](int code) { return half_of_e8m0(static_cast<uint8_t>(code)); }));
}

/// half_of_ue4m3 of the codes that are numbers.
inline constexpr int highest_ue4m3 = 0x7E;
struct Ue4m3Scales {
  float value[highest_ue4m3 + 1];
  constexpr Ue4m3Scales() : value{} {
    for (int code = 0; code <= highest_ue4m3; ++code) {
      value[code] = static_cast<float>(code < 8 ? code : 8 + code % 8) * 0x1p-10f;
      for (int exponent = 1; exponent < code / 8; ++exponent) value[code] *= 2;
    }
  }
};
inline constexpr Ue4m3Scales ue4m3_scales;
/// The code of the scale at d or below.
inline int ue4m3_floor(float d) {
  if (!(d < ue4m3_scales.value[highest_ue4m3])) return highest_ue4m3;
  if (d < ue4m3_scales.value[8]) return static_cast<int>(d * 0x1p+10f);
  const uint32_t bits = bit_cast<uint32_t>(d);
  return (static_cast<int>(bits >> 23) - 127 + 8) << 3 | static_cast<int>(bits >> 20 & 7);
}

/// For 16 weights: the code of half_of_ue4m3.
template <class V>
inline uint8_t best_ue4m3(const float* x) {
  const float largest = largest_magnitude<16, V>(x);
  if (largest <= 0x1p-12f) return 0;  // all weights are nearest to zero under every scale
  // From the highest code with y >= 16 to the lowest with y <= 7; both ends a little generous.
  int first = ue4m3_floor(largest * (1.0f / 16.0f)), last = ue4m3_floor(largest * (1.0f / 7.0f)) + 1;
  if (first > highest_ue4m3 - 8) first = highest_ue4m3 - 8;  // their doubles cannot be stored
  if (last < 16) last = 16;                                  // some of their halves cannot be stored
  if (last > highest_ue4m3) last = highest_ue4m3;
  return static_cast<uint8_t>(
      best_code<16, V>(x, largest, first, last, [](int code) { return ue4m3_scales.value[code]; }));
}

}  // namespace nibble::NIBBLE_TARGET::exact_fp4
