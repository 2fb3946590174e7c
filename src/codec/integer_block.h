#pragma once
#include "codec/block_vectors.h"
#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/lanes.h"

/// Blocks of 32 weights with one scale and even levels around zero (Q4_0, Q5_0, Q8_0), from a scale: every weight gets
/// the code nearest to it.
namespace nibble::NIBBLE_TARGET {

/// Writes the block of F, with codes -reach .. reach - 1, for 32 weights and a scale that a half float holds. V = float
/// or Float4: the same bytes.
template <class F, int reach, class V>
inline void encode_nearest(const float* x, float scale, uint8_t* block) {
  static_assert(F::block_length == 32);
  constexpr bool offset = F::block_bytes < 34;  // packed codes count from the lowest level
  const uint16_t d = f16_from_f32(scale);
  // Anchored at 1.5 * 2^23 a number rounds to an integer, whose two's complement is in its low bits.
  const V anchor(rounding_anchor), low(static_cast<float>(-reach)), high(static_cast<float>(reach - 1));
  const V placed = offset ? V(rounding_anchor + reach) : anchor;
  const auto level = [&](size_t i) {
    if (scale == 0) return placed;
    return lower_of(higher_of(load_run<V>(x + i) / V(scale), low), high) + placed;
  };
  if constexpr (lane_count<V> == 1) {
    uint8_t codes[32];
    for (size_t i = 0; i < 32; ++i) codes[i] = static_cast<uint8_t>(bit_cast<uint32_t>(level(i)) & 0xFF);
    encode<F>(d, codes, block);
  } else {
    v128_t bytes[2];
    const v128_t byte = wasm_i32x4_splat(0xFF);
    for (size_t half = 0; half < 2; ++half) {
      v128_t v[4];
      NIBBLE_UNROLL
      for (size_t i = 0; i < 4; ++i) v[i] = wasm_v128_and(level(16 * half + 4 * i).v, byte);
      bytes[half] = wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(v[0], v[1]), wasm_i16x8_narrow_i32x4(v[2], v[3]));
    }
    store(block, d);
    if constexpr (offset) {
      block_vectors::store_codes<F, reach == 16>({bytes[0], bytes[1]}, block);
    } else {
      wasm_v128_store(block + 2, bytes[0]);
      wasm_v128_store(block + 18, bytes[1]);
    }
  }
}

}  // namespace nibble::NIBBLE_TARGET
