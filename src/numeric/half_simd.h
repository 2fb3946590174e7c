#pragma once
#include "numeric/simd.h"

#if NIBBLE_SIMD

/// The conversions of numeric/half.h, four numbers at a time and equal to them in every bit. Halves and bfloats are
/// held in the low 16 bits of 32-bit lanes.
namespace nibble {

inline v128_t f16_from_f32x4(v128_t x) {
  const v128_t sign = wasm_v128_and(wasm_u32x4_shr(x, 16), wasm_i32x4_splat(0x8000));
  const v128_t twice = wasm_i32x4_shl(x, 1);
  const v128_t scaled =
      wasm_f32x4_mul(wasm_f32x4_mul(wasm_f32x4_abs(x), wasm_f32x4_splat(0x1p+112f)), wasm_f32x4_splat(0x1p-110f));
  const v128_t exponent = wasm_v128_and(twice, wasm_i32x4_splat(-0x01000000));
  const v128_t bias = wasm_u32x4_max(exponent, wasm_i32x4_splat(0x71000000));
  const v128_t aligned = wasm_i32x4_add(wasm_u32x4_shr(bias, 1), wasm_i32x4_splat(0x07800000));
  const v128_t rounded = wasm_f32x4_add(aligned, scaled);
  const v128_t magnitude = wasm_i32x4_add(wasm_v128_and(wasm_u32x4_shr(rounded, 13), wasm_i32x4_splat(0x7C00)),
                                          wasm_v128_and(rounded, wasm_i32x4_splat(0x0FFF)));
  const v128_t nan = wasm_f32x4_ne(x, x);
  return wasm_v128_or(sign, wasm_v128_bitselect(wasm_i32x4_splat(0x7E00), magnitude, nan));
}

inline v128_t f32x4_from_f16(v128_t half) {
  const v128_t sign = wasm_i32x4_shl(wasm_v128_and(half, wasm_i32x4_splat(0x8000)), 16);
  const v128_t magnitude = wasm_i32x4_shl(wasm_v128_and(half, wasm_i32x4_splat(0x7FFF)), 13);
  const v128_t value = wasm_f32x4_mul(magnitude, wasm_f32x4_splat(0x1p+112f));
  // Infinity and NaN come out with exponent 143: fill it up, and make NaN quiet.
  const v128_t special =
      wasm_v128_and(wasm_i32x4_gt(magnitude, wasm_i32x4_splat(0x0F7FFFFF)), wasm_i32x4_splat(0x7F800000));
  const v128_t quiet =
      wasm_v128_and(wasm_i32x4_gt(magnitude, wasm_i32x4_splat(0x0F800000)), wasm_i32x4_splat(0x00400000));
  return wasm_v128_or(wasm_v128_or(value, sign), wasm_v128_or(special, quiet));
}

inline v128_t bf16_from_f32x4(v128_t x) {
  const v128_t upper = wasm_u32x4_shr(x, 16);
  const v128_t odd = wasm_v128_and(upper, wasm_i32x4_splat(1));
  const v128_t rounded = wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(x, wasm_i32x4_splat(0x7FFF)), odd), 16);
  const v128_t nan = wasm_f32x4_ne(x, x);
  return wasm_v128_bitselect(wasm_v128_or(upper, wasm_i32x4_splat(64)), rounded, nan);
}

}  // namespace nibble

#endif
