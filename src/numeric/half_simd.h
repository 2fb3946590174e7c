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

/// The first or last four of eight halves, in the upper 16 bits of lanes.
inline v128_t low_in_upper(v128_t halves) {
  return wasm_i16x8_shuffle(wasm_i16x8_splat(0), halves, 0, 8, 1, 9, 2, 10, 3, 11);
}
inline v128_t high_in_upper(v128_t halves) {
  return wasm_i16x8_shuffle(wasm_i16x8_splat(0), halves, 4, 12, 5, 13, 6, 14, 7, 15);
}

/// Sixteen consecutive halves as numbers. Nearly all halves of a model are normal numbers, and those take fewer steps.
struct SixteenHalves {
  const v128_t one_exponent = in_register(wasm_i16x8_splat(0x0400));
  const v128_t middle_exponents = in_register(wasm_i16x8_splat(0x7800));
  const v128_t sign_and_number = in_register(wasm_i32x4_splat(static_cast<int32_t>(0x8FFFE000)));
  const v128_t rebias = in_register(wasm_i32x4_splat(112 << 23));

  void operator()(const uint8_t* halves, float* values) const {
    const v128_t a = wasm_v128_load(halves), b = wasm_v128_load(halves + 16);
    // The least and the greatest exponent, moved up by one, have no bit in the middle: zeros, subnormals, NaN,
    // infinity.
    const v128_t least = wasm_u16x8_min(wasm_v128_and(wasm_i16x8_add(a, one_exponent), middle_exponents),
                                        wasm_v128_and(wasm_i16x8_add(b, one_exponent), middle_exponents));
    if (wasm_i16x8_all_true(least)) {
      wasm_v128_store(values, normal(low_in_upper(a)));
      wasm_v128_store(values + 4, normal(high_in_upper(a)));
      wasm_v128_store(values + 8, normal(low_in_upper(b)));
      wasm_v128_store(values + 12, normal(high_in_upper(b)));
    } else {
      const F32FromF16 any;  // rare: its constants would take the registers of the others
      wasm_v128_store(values, any(wasm_u32x4_extend_low_u16x8(a)));
      wasm_v128_store(values + 4, any(wasm_u32x4_extend_high_u16x8(a)));
      wasm_v128_store(values + 8, any(wasm_u32x4_extend_low_u16x8(b)));
      wasm_v128_store(values + 12, any(wasm_u32x4_extend_high_u16x8(b)));
    }
  }

 private:
  /// From halves in the upper 16 bits of lanes.
  v128_t normal(v128_t half) const {
    return wasm_i32x4_add(wasm_v128_and(wasm_i32x4_shr(half, 3), sign_and_number), rebias);
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

/// Sixteen consecutive bfloats as numbers.
struct SixteenBFloats {
  void operator()(const uint8_t* bfloats, float* values) const {
    NIBBLE_UNROLL
    for (int k = 0; k < 16; k += 8) {
      const v128_t eight = wasm_v128_load(bfloats + 2 * k);
      wasm_v128_store(values + k, low_in_upper(eight));
      wasm_v128_store(values + k + 4, high_in_upper(eight));
    }
  }
};

}  // namespace nibble::NIBBLE_TARGET
