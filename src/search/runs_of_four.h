#pragma once
#include "search/integer_vectors.h"

/// Four runs of weights side by side: what the searches for super-blocks share.
///
/// In vectors of 16-bit integers, lanes 2r and 2r + 1 hold two weights of run r, so that the sums of products over all
/// its weights end in lane r, where the run's floats are.
namespace nibble::NIBBLE_TARGET {

constexpr float full_scale = 32767.0f;  // u = 1

inline float inverse_or_zero(float v) { return v > 0.0f ? 1.0f / v : 0.0f; }

inline float stored_half(float v) { return wasm_f32x4_extract_lane(stored_halves(wasm_f32x4_splat(v)), 0); }
inline v128_t inverses_or_zero(v128_t v) {
  return wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), v), wasm_f32x4_ne(v, wasm_f32x4_splat(0.0f)));
}

// Multiples of the smallest scale that reaches every run, as halves hold them, and their inverses.
template <int count>
inline void store_multiples(float smallest, float first, float step, float* values, float* inverses) {
  for (int k = 0; k < count; ++k) values[k] = smallest * (first + step * static_cast<float>(k));
  for (int k = 0; k < count; k += 4) {
    const v128_t stored = stored_halves(wasm_v128_load(values + k));
    wasm_v128_store(values + k, stored);
    wasm_v128_store(inverses + k, inverses_or_zero(stored));
  }
}

struct Extremes {
  v128_t least, most;
};

// The smallest and the largest weight of four runs of n.
template <int n>
inline Extremes extremes_of_runs(const float* x) {
  v128_t low[4], high[4];
  for (int r = 0; r < 4; ++r) {
    low[r] = high[r] = wasm_v128_load(x + n * r);
    for (int i = 4; i < n; i += 4) {
      const v128_t v = wasm_v128_load(x + n * r + i);
      low[r] = wasm_f32x4_pmin(low[r], v);
      high[r] = wasm_f32x4_pmax(high[r], v);
    }
  }
  transpose4(low[0], low[1], low[2], low[3]);
  transpose4(high[0], high[1], high[2], high[3]);
  return {wasm_f32x4_pmin(wasm_f32x4_pmin(low[0], low[1]), wasm_f32x4_pmin(low[2], low[3])),
          wasm_f32x4_pmax(wasm_f32x4_pmax(high[0], high[1]), wasm_f32x4_pmax(high[2], high[3]))};
}

// The codes of a run of n weights: level(i) has those of weights i .. i + 3.
template <int n, class Level>
inline void store_codes(const Level& level, uint8_t* codes) {
  for (int i = 0; i < n; i += 16) {
    wasm_v128_store(codes + i, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(level(i), level(i + 4)),
                                                       wasm_i16x8_narrow_i32x4(level(i + 8), level(i + 12))));
  }
}

// Each row has the weights of one run; they become vectors of pairs.
template <int vectors>
inline void pair_up(v128_t (&rows)[4][vectors], v128_t* pairs) {
  for (int k = 0; k < vectors; ++k) {
    transpose4(rows[0][k], rows[1][k], rows[2][k], rows[3][k]);
    for (int r = 0; r < 4; ++r) pairs[4 * k + r] = rows[r][k];
  }
}

// Both 16-bit halves of every lane hold its integer, -2^15 .. 2^15 - 1.
inline v128_t doubled(v128_t v) {
  return wasm_v128_or(wasm_v128_and(v, wasm_i32x4_splat(0xFFFF)), wasm_i32x4_shl(v, 16));
}

// sum p in steps of -2^15 and sum p^2 below it: both from one product with p - 2^15.
inline v128_t squares_of(v128_t packed) {
  return wasm_f32x4_convert_i32x4(wasm_v128_and(packed, wasm_i32x4_splat(0x7FFF)));
}
inline v128_t sums_of(v128_t packed) { return wasm_f32x4_convert_i32x4(wasm_i32x4_neg(wasm_i32x4_shr(packed, 15))); }

// Importance weights of four runs, as integers up to `steps`, and what one step counts in each run (in units of the
// block's largest weight: only ratios matter). Runs of vanishing weights count nothing.
template <int n>
inline v128_t quantize_importance(const float* importance, float inverse_largest, int steps, v128_t* pairs) {
  v128_t high[4];
  for (int r = 0; r < 4; ++r) {
    high[r] = wasm_v128_load(importance + n * r);
    for (int i = 4; i < n; i += 4) high[r] = wasm_f32x4_pmax(high[r], wasm_v128_load(importance + n * r + i));
  }
  transpose4(high[0], high[1], high[2], high[3]);
  const v128_t most =
      wasm_f32x4_mul(wasm_f32x4_pmax(wasm_f32x4_pmax(high[0], high[1]), wasm_f32x4_pmax(high[2], high[3])),
                     wasm_f32x4_splat(inverse_largest));
  const v128_t counts = wasm_f32x4_gt(most, wasm_f32x4_splat(1e-20f));
  alignas(16) float factors[4];
  wasm_v128_store(factors, wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(static_cast<float>(steps)), most), counts));
  const v128_t scale = wasm_f32x4_splat(inverse_largest);
  v128_t rows[4][n / 8];
  for (int r = 0; r < 4; ++r) {
    const v128_t factor = wasm_v128_load32_splat(factors + r);
    const auto integers = [&](int i) {
      return nearest_i32(wasm_f32x4_mul(wasm_f32x4_mul(wasm_v128_load(importance + n * r + i), scale), factor));
    };
    for (int k = 0; k < n / 8; ++k) rows[r][k] = wasm_i16x8_narrow_i32x4(integers(8 * k), integers(8 * k + 4));
  }
  pair_up(rows, pairs);
  return wasm_v128_and(wasm_f32x4_mul(most, wasm_f32x4_splat(1.0f / static_cast<float>(steps))), counts);
}

// 1 / the largest of 256 importance weights; 0 where all vanish.
inline float inverse_of_largest(const float* importance) {
  v128_t most = wasm_v128_load(importance);
  for (int i = 4; i < 256; i += 4) most = wasm_f32x4_pmax(most, wasm_v128_load(importance + i));
  const float largest = highest(most);
  return largest > 1e-30f ? 1.0f / largest : 0.0f;
}

}  // namespace nibble::NIBBLE_TARGET
