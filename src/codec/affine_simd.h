#pragma once
#include "codec/affine.h"
#include "codec/block32_simd.h"

namespace nibble {

/// Vector forms of Affine<F, N>: the same bytes.
template <class F, int N>
struct AffineSimd;

#if NIBBLE_SIMD

template <class F, int N>
struct AffineSimd {
  using Scalar = Affine<F, N>;
  static constexpr size_t length = F::block_length;
  static constexpr bool five_bits = N == 31;

  static void quantize_four(const float* x, uint8_t* blocks) {
    const block32::Extremes extremes = block32::extremes_of_four(x);
    // The stored minimum keeps its sign; of zeros of both signs the first one counts.
    const bool zero_minimum = wasm_v128_any_true(wasm_f32x4_eq(extremes.min, wasm_f32x4_splat(0.0f)));
    const v128_t range = wasm_f32x4_sub(extremes.max, extremes.min);
    const v128_t d = wasm_f32x4_div(range, wasm_f32x4_splat(static_cast<float>(N)));
    const v128_t inverse = block32::inverse_or_zero(d);
    if (zero_minimum || !block32::all_finite(inverse)) {
      for (int b = 0; b < 4; ++b) Scalar::quantize_block(x + length * b, blocks + F::block_bytes * b);
      return;
    }
    alignas(16) float inverses[4], minima[4];
    alignas(16) uint32_t scale_halves[4], minimum_halves[4];
    wasm_v128_store(inverses, inverse);
    wasm_v128_store(minima, extremes.min);
    wasm_v128_store(scale_halves, F16FromF32()(d));
    wasm_v128_store(minimum_halves, F16FromF32()(extremes.min));
    const v128_t half = wasm_f32x4_splat(0.5f), top = wasm_f32x4_splat(N + 0.5f);
    NIBBLE_UNROLL
    for (int b = 0; b < 4; ++b) {
      const v128_t scale = wasm_v128_load32_splat(inverses + b), minimum = wasm_v128_load32_splat(minima + b);
      uint8_t* block = blocks + F::block_bytes * b;
      store(block, static_cast<uint16_t>(scale_halves[b]));
      store(block + 2, static_cast<uint16_t>(minimum_halves[b]));
      block32::store_codes<F, five_bits>(
          block32::codes_of(x + length * b,
                            [&](v128_t v) {
                              return wasm_f32x4_pmin(
                                  wasm_f32x4_add(wasm_f32x4_mul(wasm_f32x4_sub(v, minimum), scale), half), top);
                            }),
          block);
    }
  }

  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += length) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      const v128_t m = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks + 2)));
      const auto placed = [d, m](v128_t v) { return wasm_f32x4_add(wasm_f32x4_mul(v, d), m); };
      const block32::Codes codes = block32::load_codes<F, five_bits>(blocks);
      block32::store_values(codes.low, 0, values, placed);
      block32::store_values(codes.high, 0, values + 16, placed);
    }
  }
};

#endif

}  // namespace nibble
