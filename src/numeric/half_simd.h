#pragma once
#include "numeric/simd.h"

/// The conversions of numeric/half.h, four numbers at a time and equal to them in every bit. Halves and bfloats are
/// held in the low 16 bits of 32-bit lanes. Each is an object that holds its constants: make it outside the loop.
namespace nibble::NIBBLE_TARGET {

struct F16FromF32 {
  const v128_t sign_bit = in_register(wasm_i32x4_splat(0x8000));
  const v128_t up = in_register(wasm_f32x4_splat(0x1p+112f)), down = in_register(wasm_f32x4_splat(0x1p-110f));
  const v128_t exponent_bits = in_register(wasm_i32x4_splat(0x7F800000));
  const v128_t least_exponent = in_register(wasm_i32x4_splat(0x38800000));
  const v128_t alignment = in_register(wasm_i32x4_splat(0x07800000));
  const v128_t half_exponent = in_register(wasm_i32x4_splat(0x7C00)), carried = in_register(wasm_i32x4_splat(0x0FFF));
  const v128_t quiet_nan = in_register(wasm_i32x4_splat(0x7E00));

  v128_t operator()(v128_t x) const {
    const v128_t sign = wasm_v128_and(wasm_u32x4_shr(x, 16), sign_bit);
    const v128_t scaled = wasm_f32x4_mul(wasm_f32x4_mul(wasm_f32x4_abs(x), up), down);
    const v128_t exponent = wasm_i32x4_max(wasm_v128_and(x, exponent_bits), least_exponent);
    const v128_t rounded = wasm_f32x4_add(wasm_i32x4_add(exponent, alignment), scaled);
    const v128_t magnitude =
        wasm_i32x4_add(wasm_v128_and(wasm_u32x4_shr(rounded, 13), half_exponent), wasm_v128_and(rounded, carried));
    return wasm_v128_or(sign, wasm_v128_bitselect(quiet_nan, magnitude, wasm_f32x4_ne(x, x)));
  }
};

struct F32FromF16 {
  const v128_t sign_bit = in_register(wasm_i32x4_splat(0x8000));
  const v128_t magnitude_bits = in_register(wasm_i32x4_splat(0x7FFF));
  const v128_t rebias = in_register(wasm_i32x4_splat(112 << 23));
  const v128_t least_normal = in_register(wasm_i32x4_splat(0x400 << 13));
  const v128_t least_value = in_register(wasm_f32x4_splat(0x1p-14f));
  const v128_t largest_finite = in_register(wasm_i32x4_splat(0x7BFF << 13));
  const v128_t infinity = in_register(wasm_i32x4_splat(0x7C00 << 13));
  const v128_t all_exponent = in_register(wasm_i32x4_splat(0x7F800000));
  const v128_t quiet_bit = in_register(wasm_i32x4_splat(0x00400000));

  v128_t operator()(v128_t half) const {
    const v128_t sign = wasm_i32x4_shl(wasm_v128_and(half, sign_bit), 16);
    const v128_t magnitude = wasm_i32x4_shl(wasm_v128_and(half, magnitude_bits), 13);
    const v128_t normal = wasm_i32x4_add(magnitude, rebias);
    // Subnormal halves as the excess over 2^-14: no subnormal float is touched, which some processors are slow at.
    const v128_t subnormal = wasm_f32x4_sub(wasm_v128_or(magnitude, least_value), least_value);
    const v128_t value = wasm_v128_bitselect(subnormal, normal, wasm_i32x4_gt(least_normal, magnitude));
    const v128_t special = wasm_v128_and(wasm_i32x4_gt(magnitude, largest_finite), all_exponent);
    const v128_t quiet = wasm_v128_and(wasm_i32x4_gt(magnitude, infinity), quiet_bit);
    return wasm_v128_or(wasm_v128_or(value, sign), wasm_v128_or(special, quiet));
  }
};

struct BF16FromF32 {
  const v128_t lowest_bit = in_register(wasm_i32x4_splat(1)), below_half = in_register(wasm_i32x4_splat(0x7FFF));
  const v128_t quiet_bit = in_register(wasm_i32x4_splat(64));

  v128_t operator()(v128_t x) const {
    const v128_t upper = wasm_u32x4_shr(x, 16);
    const v128_t odd = wasm_v128_and(upper, lowest_bit);
    const v128_t rounded = wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(x, below_half), odd), 16);
    return wasm_v128_bitselect(wasm_v128_or(upper, quiet_bit), rounded, wasm_f32x4_ne(x, x));
  }
};

struct F32FromBF16 {
  v128_t operator()(v128_t bf16) const { return wasm_i32x4_shl(bf16, 16); }
};

}  // namespace nibble::NIBBLE_TARGET
