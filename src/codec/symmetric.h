#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "codec/block_vectors.h"
#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/rounding.h"
#include "search/llama_cpp_symmetric.h"

/// Q4_0 and Q5_0: one signed scale per block, codes 0..2N-1 standing for -N..N-1.
namespace nibble::NIBBLE_TARGET {

/// What distinguishes the two: N is 8 or 16.
template <class F, int N>
struct Symmetric {
  static constexpr size_t length = F::block_length, block_bytes = F::block_bytes;

  /// The weight of largest magnitude, with its sign; the first of equal magnitudes; +0 when all are zero.
  static float signed_max(const float* x) {
    float amax = 0.0f, max = 0.0f;
    for (size_t j = 0; j < length; ++j) {
      if (std::fabs(x[j]) > amax) {
        amax = std::fabs(x[j]);
        max = x[j];
      }
    }
    return max;
  }

  /// llama.cpp's rule: the weight of largest magnitude becomes code 0 (-N). The codes follow the scale before it is
  /// rounded to half precision.
  static void quantize_block(const float* x, uint8_t* block) {
    const float d = signed_max(x) / -static_cast<float>(N);
    const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    uint8_t codes[length];
    for (size_t j = 0; j < length; ++j) {
      codes[j] = static_cast<uint8_t>(std::min<int>(2 * N - 1, truncate_to_i8(x[j] * inverse + (N + 0.5f))));
    }
    encode<F>(f16_from_f32(d), codes, block);
  }

  /// With importance: the best of nineteen scales, for one block or one per lane.
  template <class V>
  static void weighted_blocks(const V* x, const V* w, uint8_t* blocks) {
    V levels[length];
    const V d = llama_cpp_search::fit_symmetric<length, N>(x, w, levels);
    float scales[lane_count<V>];
    uint8_t codes[lane_count<V> * length];
    store_run(d, scales);
    store_levels<length>(levels, length, codes);
    for (size_t b = 0; b < lane_count<V>; ++b) {
      encode<F>(f16_from_f32(scales[b]), codes + length * b, blocks + block_bytes * b);
    }
  }
};

/// Vector forms of Symmetric<F, N>: the same bytes, four blocks at a time.
template <class F, int N>
struct SymmetricVectors {
  using Scalar = Symmetric<F, N>;
  static constexpr size_t length = F::block_length;
  static constexpr bool five_bits = N == 16;

  static void quantize_four(const float* x, uint8_t* blocks) {
    const block_vectors::Extremes extremes = block_vectors::extremes_of_four(x);
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
    const v128_t inverse = block_vectors::inverse_or_zero(d);
    if (!block_vectors::all_finite(inverse)) {
      // Scales so small that their inverse overflows: rare, and what a conversion does with infinity is spelt out
      // there.
      for (int b = 0; b < 4; ++b) Scalar::quantize_block(x + length * b, blocks + F::block_bytes * b);
      return;
    }
    alignas(16) float inverses[4];
    alignas(16) uint32_t halves[4];
    wasm_v128_store(inverses, inverse);
    wasm_v128_store(halves, F16FromF32()(d));
    const v128_t half = in_register(wasm_f32x4_splat(N + 0.5f)), top = in_register(wasm_f32x4_splat(2 * N - 0.5f));
    const block_vectors::Truncation truncated;
    NIBBLE_UNROLL
    for (int b = 0; b < 4; ++b) {
      const v128_t scale = wasm_v128_load32_splat(inverses + b);
      uint8_t* block = blocks + F::block_bytes * b;
      store(block, static_cast<uint16_t>(halves[b]));
      block_vectors::store_codes<F, five_bits>(
          block_vectors::codes_of(
              x + length * b, truncated,
              [&](v128_t v) { return wasm_f32x4_pmin(wasm_f32x4_add(wasm_f32x4_mul(v, scale), half), top); }),
          block);
    }
  }

  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += length) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      const auto scaled = [d](v128_t v) { return wasm_f32x4_mul(v, d); };
      const block_vectors::Codes codes = block_vectors::load_codes<F, five_bits>(blocks);
      block_vectors::store_values(codes.low, N, values, scaled);
      block_vectors::store_values(codes.high, N, values + 16, scaled);
    }
  }
};

}  // namespace nibble::NIBBLE_TARGET
