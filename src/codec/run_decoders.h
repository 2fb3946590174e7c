#pragma once
#include "codec/block_vectors.h"
#include "codec/format_codec.h"
#include "formats/iq4_xs.h"
#include "formats/q2_k.h"
#include "formats/q3_k.h"
#include "formats/q4_k.h"
#include "formats/q5_k.h"
#include "formats/q6_k.h"

/// Vector decoders of the super-block formats. Each works by runs of 16 consecutive weights, which share a scale:
/// Runs<F> takes a block's scales apart once and gives the codes of run r as bytes.
namespace nibble::NIBBLE_TARGET {

template <class F>
struct Runs;

/// Bits shift .. shift + 1 (mask 3) or .. shift + 3 (mask 15) of each byte.
inline v128_t bits_of(const uint8_t* bytes, int shift, int mask) {
  return wasm_v128_and(wasm_u16x8_shr(wasm_v128_load(bytes), static_cast<uint32_t>(shift)),
                       wasm_i8x16_splat(static_cast<int8_t>(mask)));
}
/// `value` in the bytes whose bit number `bit` is set, else 0.
inline v128_t value_if_bit(const uint8_t* bytes, int bit, int value) {
  const v128_t one = wasm_i8x16_splat(static_cast<int8_t>(1 << bit));
  return wasm_v128_and(wasm_i8x16_eq(wasm_v128_and(wasm_v128_load(bytes), one), one),
                       wasm_i8x16_splat(static_cast<int8_t>(value)));
}

/// Quad planes: run r is plane r / 2 % 4 of sixteen bytes.
inline v128_t quad_plane_run(const uint8_t* planes, int r) {
  return bits_of(planes + 32 * (r / 8) + 16 * (r % 2), 2 * (r / 2 % 4), 3);
}

template <>
struct Runs<Q2_K> {
  static constexpr float offset = 0.0f;
  const uint8_t* block;
  float d = f32_from_f16(load<uint16_t>(block + 80)), dmin = f32_from_f16(load<uint16_t>(block + 82));
  v128_t codes(int r) const { return quad_plane_run(block + 16, r); }
  float step(int r) const { return d * static_cast<float>(block[r] & 15); }
  float minimum(int r) const { return dmin * static_cast<float>(block[r] >> 4); }
};

template <>
struct Runs<Q3_K> {
  static constexpr float offset = 4.0f;
  const uint8_t* block;
  float d = f32_from_f16(load<uint16_t>(block + 108));
  v128_t codes(int r) const {
    return wasm_v128_or(quad_plane_run(block + 32, r), value_if_bit(block + 16 * (r % 2), r / 2, 4));
  }
  float step(int r) const {
    const int low = (block[96 + r % 8] >> (r < 8 ? 0 : 4)) & 15, high = (block[104 + r % 4] >> (2 * (r / 4))) & 3;
    return d * static_cast<float>((low | high << 4) - 32);
  }
};

/// Q4_K and Q5_K.
template <class F, int kCodesAt>
struct ScaledMinimumRuns {
  static constexpr float offset = 0.0f;
  const uint8_t* block;
  float d = f32_from_f16(load<uint16_t>(block)), dmin = f32_from_f16(load<uint16_t>(block + 2));
  int32_t scales[8], minima[8];
  explicit ScaledMinimumRuns(const uint8_t* from) : block(from) { unpack_scales_and_minima(block + 4, scales, minima); }
  v128_t nibbles(int r) const { return bits_of(block + kCodesAt + 32 * (r / 4) + 16 * (r % 2), 4 * (r / 2 % 2), 15); }
  float step(int r) const { return d * static_cast<float>(scales[r / 2]); }
  float minimum(int r) const { return dmin * static_cast<float>(minima[r / 2]); }
};
template <>
struct Runs<Q4_K> : ScaledMinimumRuns<Q4_K, 16> {
  using ScaledMinimumRuns::ScaledMinimumRuns;
  v128_t codes(int r) const { return nibbles(r); }
};
template <>
struct Runs<Q5_K> : ScaledMinimumRuns<Q5_K, 48> {
  using ScaledMinimumRuns::ScaledMinimumRuns;
  v128_t codes(int r) const { return wasm_v128_or(nibbles(r), value_if_bit(block + 16 + 16 * (r % 2), r / 2, 16)); }
};

template <>
struct Runs<Q6_K> {
  static constexpr float offset = 32.0f;
  const uint8_t* block;
  float d = f32_from_f16(load<uint16_t>(block + 208));
  v128_t codes(int r) const {
    const int half = r / 8, within = r % 8;
    const v128_t low = bits_of(block + 64 * half + 16 * (within % 4), 4 * (within / 4), 15);
    return wasm_v128_or(low, wasm_i16x8_shl(quad_plane_run(block + 128, r), 4));
  }
  float step(int r) const { return d * static_cast<float>(static_cast<int8_t>(block[192 + r])); }
};

/// The iq4 values of sixteen codes, moved up by 128 to be unsigned.
inline v128_t iq4_values_above_128(v128_t codes) {
  const v128_t table = wasm_v128_xor(wasm_v128_load(iq4_values), wasm_i8x16_splat(-128));
  return wasm_i8x16_swizzle(table, codes);
}

template <>
struct Runs<IQ4_XS> {
  static constexpr float offset = 128.0f;
  const uint8_t* block;
  float d = f32_from_f16(load<uint16_t>(block));
  v128_t codes(int r) const { return iq4_values_above_128(bits_of(block + 8 + 16 * (r / 2), 4 * (r % 2), 15)); }
  float step(int r) const {
    const int b = r / 2, low = (block[4 + b / 2] >> (4 * (b % 2))) & 15,
              high = (load<uint16_t>(block + 2) >> (2 * b)) & 3;
    return d * static_cast<float>((low | high << 4) - 32);
  }
};

template <class F>
void decode_runs(const uint8_t* blocks, float* values, size_t block_count) {
  for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += super_block) {
    const Runs<F> runs{blocks};
    NIBBLE_UNROLL
    for (int r = 0; r < super_block / 16; ++r) {
      const v128_t step = wasm_f32x4_splat(runs.step(r));
      if constexpr (requires { runs.minimum(r); }) {
        const v128_t minimum = wasm_f32x4_splat(runs.minimum(r));
        block_vectors::store_values(runs.codes(r), Runs<F>::offset, values + 16 * r,
                                    [&](v128_t v) { return wasm_f32x4_sub(wasm_f32x4_mul(step, v), minimum); });
      } else {
        block_vectors::store_values(runs.codes(r), Runs<F>::offset, values + 16 * r,
                                    [&](v128_t v) { return wasm_f32x4_mul(step, v); });
      }
    }
  }
}

template <class F>
struct RunVectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    decode_runs<F>(blocks, values, block_count);
  }
};
template <class F>
constexpr auto& run_decoders = vector_decoders<F, RunVectors<F>>;

}  // namespace nibble::NIBBLE_TARGET
