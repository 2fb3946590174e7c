#pragma once
#include <cfloat>
#include <cstddef>
#include <cstdint>

#include "numeric/half_simd.h"
#include "numeric/lanes.h"

/// Vector steps shared by the formats with 32 weights per block. Quantizers take four blocks at a time, so that what
/// there is one of per block (extremes, scales, half-precision rounding) fills the lanes of a vector too.
namespace nibble::NIBBLE_TARGET::block_vectors {

constexpr size_t length = 32;

/// Reduces eight vectors with `combine`, pairwise.
template <class Combine>
inline v128_t fold(const v128_t* v, Combine combine) {
  return combine(combine(combine(v[0], v[1]), combine(v[2], v[3])), combine(combine(v[4], v[5]), combine(v[6], v[7])));
}

/// Lane b of the result: the four lanes of row b combined.
template <class Combine>
inline v128_t fold_rows(v128_t r0, v128_t r1, v128_t r2, v128_t r3, Combine combine) {
  transpose(r0, r1, r2, r3);
  return combine(combine(r0, r1), combine(r2, r3));
}

inline v128_t smaller(v128_t a, v128_t b) { return wasm_f32x4_pmin(a, b); }
inline v128_t larger(v128_t a, v128_t b) { return wasm_f32x4_pmax(a, b); }

inline void load_block(const float* x, v128_t* v) {
  NIBBLE_UNROLL
  for (int i = 0; i < 8; ++i) v[i] = wasm_v128_load(x + 4 * i);
}

/// Smallest and largest weight of four consecutive blocks, in lanes. A zero may come out with either sign.
struct Extremes {
  v128_t min, max;
};
inline Extremes extremes_of_four(const float* x) {
  v128_t low[4], high[4];
  NIBBLE_UNROLL
  for (int b = 0; b < 4; ++b) {
    v128_t v[8];
    load_block(x + length * b, v);
    low[b] = fold(v, smaller);
    high[b] = fold(v, larger);
  }
  return {fold_rows(low[0], low[1], low[2], low[3], smaller), fold_rows(high[0], high[1], high[2], high[3], larger)};
}

/// 1 / d, or 0 where d is zero.
inline v128_t inverse_or_zero(v128_t d) {
  const v128_t zero = wasm_f32x4_eq(d, wasm_f32x4_splat(0.0f));
  return wasm_v128_andnot(wasm_f32x4_div(wasm_f32x4_splat(1.0f), d), zero);
}

inline bool all_finite(v128_t v) {
  return wasm_i32x4_all_true(wasm_f32x4_le(wasm_f32x4_abs(v), wasm_f32x4_splat(FLT_MAX)));
}

/// Truncates to bytes. Adding 1.5 * 2^23 puts an integer into the low bits of a float: cheaper than a saturating
/// conversion. Holds its constants: make it outside the loop.
struct Truncation {
  const v128_t magic = in_register(wasm_f32x4_splat(12582912.0f)), low_byte = in_register(wasm_i32x4_splat(0xFF));

  /// Sixteen numbers, truncated toward zero, as the low bytes of their two's complement. Magnitudes below 2^22.
  v128_t bytes_of(v128_t a, v128_t b, v128_t c, v128_t d) const {
    return wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(byte_of(a), byte_of(b)),
                                   wasm_i16x8_narrow_i32x4(byte_of(c), byte_of(d)));
  }

 private:
  v128_t byte_of(v128_t v) const { return wasm_v128_and(wasm_f32x4_add(wasm_f32x4_trunc(v), magic), low_byte); }
};

/// The codes of one block, weights 0..15 and 16..31.
struct Codes {
  v128_t low, high;
};

/// Codes of 32 weights: value(weight) truncated, one byte each.
template <class Value>
inline Codes codes_of(const float* x, const Truncation& truncated, Value value) {
  v128_t v[8];
  NIBBLE_UNROLL
  for (int i = 0; i < 8; ++i) v[i] = value(wasm_v128_load(x + 4 * i));
  return {truncated.bytes_of(v[0], v[1], v[2], v[3]), truncated.bytes_of(v[4], v[5], v[6], v[7])};
}

/// Low nibbles packed as Q4_0 packs them.
inline v128_t pack_nibbles(Codes codes) {
  const v128_t nibble = wasm_i8x16_splat(15);
  return wasm_v128_or(wasm_v128_and(codes.low, nibble), wasm_i16x8_shl(wasm_v128_and(codes.high, nibble), 4));
}
inline Codes unpack_nibbles(const uint8_t* packed) {
  const v128_t bytes = wasm_v128_load(packed), nibble = wasm_i8x16_splat(15);
  return {wasm_v128_and(bytes, nibble), wasm_v128_and(wasm_u16x8_shr(bytes, 4), nibble)};
}

/// Bit 4 of each code, weight j at bit j.
inline uint32_t pack_fifth_bits(Codes codes) {
  return static_cast<uint32_t>(wasm_i8x16_bitmask(wasm_i16x8_shl(codes.low, 3))) |
         static_cast<uint32_t>(wasm_i8x16_bitmask(wasm_i16x8_shl(codes.high, 3))) << 16;
}
/// 16 in the bytes whose bit is set, else 0.
inline Codes unpack_fifth_bits(const uint8_t* packed) {
  const v128_t all = wasm_v128_load32_splat(packed);
  const v128_t bit = wasm_i64x2_splat(static_cast<int64_t>(0x8040201008040201u));
  const auto spread = [&](v128_t bytes) {
    return wasm_v128_and(wasm_i8x16_eq(wasm_v128_and(bytes, bit), bit), wasm_i8x16_splat(16));
  };
  return {spread(wasm_i8x16_shuffle(all, all, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)),
          spread(wasm_i8x16_shuffle(all, all, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3))};
}

/// Writes finish(code - offset) for sixteen unsigned codes. The bytes are placed under the exponent of 2^23 and the
/// difference is exact; an integer extension followed by a conversion compiles badly with older compilers.
template <class Finish>
inline void store_values(v128_t codes, float offset, float* values, Finish finish) {
  const v128_t zero = wasm_i32x4_splat(0), exponent = wasm_i16x8_splat(0x4B00);
  const v128_t base = wasm_f32x4_splat(8388608.0f + offset);
  const v128_t first = wasm_i8x16_shuffle(codes, zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const v128_t second = wasm_i8x16_shuffle(codes, zero, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const auto put = [&](v128_t placed, int at) { wasm_v128_store(values + at, finish(wasm_f32x4_sub(placed, base))); };
  put(wasm_i16x8_shuffle(first, exponent, 0, 8, 1, 9, 2, 10, 3, 11), 0);
  put(wasm_i16x8_shuffle(first, exponent, 4, 12, 5, 13, 6, 14, 7, 15), 4);
  put(wasm_i16x8_shuffle(second, exponent, 0, 8, 1, 9, 2, 10, 3, 11), 8);
  put(wasm_i16x8_shuffle(second, exponent, 4, 12, 5, 13, 6, 14, 7, 15), 12);
}

/// The codes of a block of F: nibbles at the end of the block, before them the fifth bits where F has 5-bit codes.
template <class F, bool kFiveBits>
inline Codes load_codes(const uint8_t* block) {
  const uint8_t* nibbles = block + F::block_bytes - 16;
  Codes codes = unpack_nibbles(nibbles);
  if constexpr (kFiveBits) {
    const Codes fifth = unpack_fifth_bits(nibbles - 4);
    codes = {wasm_v128_or(codes.low, fifth.low), wasm_v128_or(codes.high, fifth.high)};
  }
  return codes;
}
template <class F, bool kFiveBits>
inline void store_codes(Codes codes, uint8_t* block) {
  uint8_t* nibbles = block + F::block_bytes - 16;
  wasm_v128_store(nibbles, pack_nibbles(codes));
  if constexpr (kFiveBits) store(nibbles - 4, pack_fifth_bits(codes));
}

}  // namespace nibble::NIBBLE_TARGET::block_vectors
