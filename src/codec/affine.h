#pragma once
#include <cfloat>
#include <cstddef>
#include <cstdint>

#include "codec/block_vectors.h"
#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/rounding.h"
#include "search/llama_cpp_affine.h"

/// Q4_1 and Q5_1: one scale and one minimum per block, codes 0..N.
namespace nibble::NIBBLE_TARGET {

/// What distinguishes the two: N is 15 or 31.
template <class F, int N>
struct Affine {
  static constexpr size_t length = F::block_length, block_bytes = F::block_bytes;

  /// llama.cpp's rule: N equal steps from the smallest weight to the largest. The codes follow scale and minimum before
  /// they are rounded to half precision. Codes above N do not occur, so Q4_1's and Q5_1's different treatment of them
  /// does not show: a step so small that its inverse overflows turns every code into 0.
  static void quantize_block(const float* x, uint8_t* block) {
    float min = FLT_MAX, max = -FLT_MAX;
    for (size_t j = 0; j < length; ++j) {
      if (x[j] < min) min = x[j];
      if (x[j] > max) max = x[j];
    }
    const float d = (max - min) / static_cast<float>(N);
    const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    uint8_t codes[length];
    for (size_t j = 0; j < length; ++j) {
      codes[j] = static_cast<uint8_t>(std::min<int>(N, truncate_to_i8((x[j] - min) * inverse + 0.5f)));
    }
    encode<F>(f16_from_f32(d), f16_from_f32(min), codes, block);
  }

  /// With importance: the best of 38 scales and minima, for one block or one per lane.
  template <class V>
  static void weighted_blocks(const V* x, const V* w, uint8_t* blocks) {
    namespace search = llama_cpp_search;
    V levels[length];
    const auto fit =
        search::fit_affine<length, N, search::Deviation::squared>(x, w, search::weighted_affine_grid, levels);
    float scales[lane_count<V>], minima[lane_count<V>];
    uint8_t codes[lane_count<V> * length];
    store_run(fit.scale, scales);
    store_run(-fit.minimum, minima);
    store_levels<length>(levels, length, codes);
    for (size_t b = 0; b < lane_count<V>; ++b) {
      encode<F>(f16_from_f32(scales[b]), f16_from_f32(minima[b]), codes + length * b, blocks + block_bytes * b);
    }
  }
};

/// Vector forms of Affine<F, N>: the same bytes, four blocks at a time.
template <class F, int N>
struct AffineVectors {
  using Scalar = Affine<F, N>;
  static constexpr size_t length = F::block_length;
  static constexpr bool five_bits = N == 31;

  static void quantize_four(const float* x, uint8_t* blocks) {
    const block_vectors::Extremes extremes = block_vectors::extremes_of_four(x);
    // The stored minimum keeps its sign; of zeros of both signs the first one counts.
    const bool zero_minimum = wasm_v128_any_true(wasm_f32x4_eq(extremes.min, wasm_f32x4_splat(0.0f)));
    const v128_t range = wasm_f32x4_sub(extremes.max, extremes.min);
    const v128_t d = wasm_f32x4_div(range, wasm_f32x4_splat(static_cast<float>(N)));
    const v128_t inverse = block_vectors::inverse_or_zero(d);
    if (zero_minimum || !block_vectors::all_finite(inverse)) {
      for (int b = 0; b < 4; ++b) Scalar::quantize_block(x + length * b, blocks + F::block_bytes * b);
      return;
    }
    alignas(16) float inverses[4], minima[4];
    alignas(16) uint32_t scale_halves[4], minimum_halves[4];
    wasm_v128_store(inverses, inverse);
    wasm_v128_store(minima, extremes.min);
    wasm_v128_store(scale_halves, F16FromF32()(d));
    wasm_v128_store(minimum_halves, F16FromF32()(extremes.min));
    const v128_t half = in_register(wasm_f32x4_splat(0.5f)), top = in_register(wasm_f32x4_splat(N + 0.5f));
    const block_vectors::Truncation truncated;
    NIBBLE_UNROLL
    for (int b = 0; b < 4; ++b) {
      const v128_t scale = wasm_v128_load32_splat(inverses + b), minimum = wasm_v128_load32_splat(minima + b);
      uint8_t* block = blocks + F::block_bytes * b;
      store(block, static_cast<uint16_t>(scale_halves[b]));
      store(block + 2, static_cast<uint16_t>(minimum_halves[b]));
      block_vectors::store_codes<F, five_bits>(
          block_vectors::codes_of(x + length * b, truncated,
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
      const block_vectors::Codes codes = block_vectors::load_codes<F, five_bits>(blocks);
      block_vectors::store_values(codes.low, 0, values, placed);
      block_vectors::store_values(codes.high, 0, values + 16, placed);
    }
  }
};

}  // namespace nibble::NIBBLE_TARGET
