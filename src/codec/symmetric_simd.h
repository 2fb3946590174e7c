#pragma once
#include "codec/block32_simd.h"
#include "codec/symmetric.h"

namespace nibble {

/// Vector forms of Symmetric<F, N>: the same bytes.
template <class F, int N>
struct SymmetricSimd;

#if NIBBLE_SIMD

template <class F, int N>
struct SymmetricSimd {
  using Scalar = Symmetric<F, N>;
  static constexpr size_t length = F::block_length;
  static constexpr bool five_bits = N == 16;

  static void quantize_four(const float* x, uint8_t* blocks) {
    const block32::Extremes extremes = block32::extremes_of_four(x);
    const v128_t opposite = wasm_f32x4_neg(extremes.min);
    alignas(16) float signed_max[4];
    wasm_v128_store(signed_max, wasm_v128_bitselect(extremes.max, extremes.min, wasm_f32x4_gt(extremes.max, opposite)));
    // As large below zero as above: the first one decides. A block of zeros counts, too, and gets +0.
    const uint32_t ties = wasm_i32x4_bitmask(wasm_f32x4_eq(extremes.max, opposite));
    if (ties) {
      for (int b = 0; b < 4; ++b) {
        if (ties >> b & 1) signed_max[b] = Scalar::signed_max(x + length * b);
      }
    }
    const v128_t d = wasm_f32x4_div(wasm_v128_load(signed_max), wasm_f32x4_splat(-static_cast<float>(N)));
    const v128_t inverse = block32::inverse_or_zero(d);
    if (!block32::all_finite(inverse)) {
      // Scales so small that their inverse overflows: rare, and what a conversion does with infinity is spelt out
      // there.
      for (int b = 0; b < 4; ++b) Scalar::quantize_block(x + length * b, blocks + F::block_bytes * b);
      return;
    }
    alignas(16) float inverses[4];
    alignas(16) uint32_t halves[4];
    wasm_v128_store(inverses, inverse);
    wasm_v128_store(halves, F16FromF32()(d));
    const v128_t half = wasm_f32x4_splat(N + 0.5f), top = wasm_f32x4_splat(2 * N - 0.5f);
    NIBBLE_UNROLL
    for (int b = 0; b < 4; ++b) {
      const v128_t scale = wasm_v128_load32_splat(inverses + b);
      uint8_t* block = blocks + F::block_bytes * b;
      store(block, static_cast<uint16_t>(halves[b]));
      block32::store_codes<F, five_bits>(
          block32::codes_of(
              x + length * b,
              [&](v128_t v) { return wasm_f32x4_pmin(wasm_f32x4_add(wasm_f32x4_mul(v, scale), half), top); }),
          block);
    }
  }

  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += length) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      const auto scaled = [d](v128_t v) { return wasm_f32x4_mul(v, d); };
      const block32::Codes codes = block32::load_codes<F, five_bits>(blocks);
      block32::store_values(codes.low, N, values, scaled);
      block32::store_values(codes.high, N, values + 16, scaled);
    }
  }
};

#endif

}  // namespace nibble
