#pragma once
#include <algorithm>

#include "numeric/simd.h"

/// Vector steps that the integer searches share.
namespace nibble::NIBBLE_TARGET {

// Lane k of the result: the sum of the k-th vector's lanes.
inline v128_t lane_sums(v128_t a, v128_t b, v128_t c, v128_t d) {
  const v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 1, 4, 5), wasm_i32x4_shuffle(a, b, 2, 3, 6, 7));
  const v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 1, 4, 5), wasm_i32x4_shuffle(c, d, 2, 3, 6, 7));
  return wasm_i32x4_add(wasm_i32x4_shuffle(ab, cd, 0, 2, 4, 6), wasm_i32x4_shuffle(ab, cd, 1, 3, 5, 7));
}

// Rows become columns.
inline void transpose4(v128_t& r0, v128_t& r1, v128_t& r2, v128_t& r3) {
  const v128_t a = wasm_i32x4_shuffle(r0, r1, 0, 4, 1, 5), b = wasm_i32x4_shuffle(r0, r1, 2, 6, 3, 7);
  const v128_t c = wasm_i32x4_shuffle(r2, r3, 0, 4, 1, 5), d = wasm_i32x4_shuffle(r2, r3, 2, 6, 3, 7);
  r0 = wasm_i32x4_shuffle(a, c, 0, 1, 4, 5);
  r1 = wasm_i32x4_shuffle(a, c, 2, 3, 6, 7);
  r2 = wasm_i32x4_shuffle(b, d, 0, 1, 4, 5);
  r3 = wasm_i32x4_shuffle(b, d, 2, 3, 6, 7);
}

inline float total(v128_t v) {
  return (wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1)) +
         (wasm_f32x4_extract_lane(v, 2) + wasm_f32x4_extract_lane(v, 3));
}
inline float lowest(v128_t v) {
  return std::min(std::min(wasm_f32x4_extract_lane(v, 0), wasm_f32x4_extract_lane(v, 1)),
                  std::min(wasm_f32x4_extract_lane(v, 2), wasm_f32x4_extract_lane(v, 3)));
}
inline float highest(v128_t v) { return -lowest(wasm_f32x4_neg(v)); }

// The nearest integers of numbers within +-2^22, ties to even: adding 1.5 * 2^23 leaves no room for a fraction and the
// integer in the low bits. Cheaper than a saturating conversion.
inline v128_t nearest_i32(v128_t v) {
  return wasm_i32x4_sub(wasm_f32x4_add(v, wasm_f32x4_splat(12582912.0f)), wasm_i32x4_splat(0x4B400000));
}
inline v128_t nearest_f32(v128_t v) {
  const v128_t magic = wasm_f32x4_splat(12582912.0f);
  return wasm_f32x4_sub(wasm_f32x4_add(v, magic), magic);
}
inline v128_t clamp_f32(v128_t v, v128_t low, v128_t high) { return wasm_f32x4_pmin(wasm_f32x4_pmax(v, low), high); }

// What half floats hold of numbers below 65520: eleven bits, and no bit below 2^-24. Unlike the conversion there and
// back this meets no subnormal float, which some processors take a hundred cycles for.
inline v128_t stored_halves(v128_t v) {
  const v128_t odd = wasm_v128_and(wasm_u32x4_shr(v, 13), wasm_i32x4_splat(1));
  const v128_t up = wasm_i32x4_add(wasm_i32x4_add(v, wasm_i32x4_splat(0xFFF)), odd);
  const v128_t normal = wasm_v128_and(up, wasm_i32x4_splat(~0x1FFF));
  const v128_t anchor = wasm_f32x4_splat(0.75f), small = wasm_f32x4_sub(wasm_f32x4_add(v, anchor), anchor);
  return wasm_v128_bitselect(small, normal, wasm_f32x4_lt(wasm_f32x4_abs(v), wasm_f32x4_splat(0x1p-14f)));
}

}  // namespace nibble::NIBBLE_TARGET
