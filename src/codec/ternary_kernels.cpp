#include "codec/block_vectors.h"
#include "codec/format_codec.h"
#include "codec/run_decoders.h"
#include "formats/q2_0.h"
#include "formats/tq1_0.h"
#include "formats/tq2_0.h"

/// TQ1_0, TQ2_0 and Q2_0: steps of the largest magnitude, so three values per weight, in three packings.
namespace nibble::NIBBLE_TARGET {
namespace {

/// 1 where v, at most about 1, rounds to one step, halves away from zero.
template <class V>
V one_step(V v) {
  return select(both(v >= V(0.5f), v < V(1.5f)), V(1.0f), V(0.0f));
}

/// The code of v steps. Where the inverse of a subnormal scale overflows, v is infinite or NaN and the reference's
/// conversions to integers decide: the ternary types get 1, Q2_0 gets 0.
template <class F, class V>
V code_of(V v) {
  const V code = V(1.0f) + one_step(v) - one_step(-v);
  if constexpr (F::type == Type::q2_0) return select(absolute(v) < V(1.5f), code, V(0.0f));
  return code;
}

template <class F>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  constexpr int n = F::block_length, lanes = lane_count<Lanes>;
  for (size_t at = 0; at < length; at += n, blocks += F::block_bytes) {
    const float d = largest_magnitude<n, Lanes>(row + at);
    const Lanes inverse(d != 0.0f ? 1.0f / d : 0.0f);
    Lanes levels[n / lanes];
    for (int i = 0; i < n / lanes; ++i) levels[i] = code_of<F>(load_run<Lanes>(row + at + i * lanes) * inverse);
    uint8_t codes[n];
    store_level_run<n>(levels, codes);
    encode<F>(f16_from_f32(d), codes, blocks);
  }
}

/// Writes (code - 1) * d for sixteen codes.
void put_ternary(v128_t codes, float d, float* values) {
  const v128_t scale = wasm_f32x4_splat(d);
  block_vectors::store_values(codes, 1.0f, values, [scale](v128_t v) { return wasm_f32x4_mul(scale, v); });
}

/// The trits of sixteen base-3 fractions: how often three times the byte carries. Moves the fractions on to the next.
v128_t next_trits(v128_t& fractions) {
  const auto at_least = [&](uint8_t bound) {
    return wasm_i8x16_eq(wasm_u8x16_max(fractions, wasm_i8x16_splat(static_cast<int8_t>(bound))), fractions);
  };
  const v128_t less = wasm_i8x16_add(at_least(86), at_least(171));
  fractions = wasm_i8x16_add(fractions, wasm_i8x16_add(fractions, fractions));
  return wasm_i8x16_neg(less);
}

struct Tq1Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += TQ1_0::block_bytes, values += TQ1_0::block_length) {
      const float d = f32_from_f16(load<uint16_t>(blocks + TQ1_0::scale_at));
      for (const TQ1_0::Part& part : TQ1_0::parts) {
        for (int m = 0; m + 16 <= part.bytes; m += 16) {
          v128_t fractions = wasm_v128_load(blocks + part.byte + m);
          for (int n = 0; n < part.digits; ++n)
            put_ternary(next_trits(fractions), d, values + part.weight + m + part.bytes * n);
        }
      }
      // The last four bytes have four digits each: one vector, lane n digit n.
      constexpr TQ1_0::Part last = TQ1_0::parts[2];
      static_assert(last.bytes == 4 && last.digits == 4);
      v128_t fractions = wasm_v128_load32_splat(blocks + last.byte), trits[4];
      for (v128_t& trit : trits) trit = next_trits(fractions);
      const v128_t first = wasm_i32x4_shuffle(trits[0], trits[1], 0, 5, 0, 5);
      put_ternary(wasm_i32x4_shuffle(first, wasm_i32x4_shuffle(trits[2], trits[3], 2, 7, 2, 7), 0, 1, 4, 5), d,
                  values + last.weight);
    }
  }
};

struct Tq2Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += TQ2_0::block_bytes, values += TQ2_0::block_length) {
      const float d = f32_from_f16(load<uint16_t>(blocks + TQ2_0::scale_at));
      for (int r = 0; r < super_block / 16; ++r)
        put_ternary(quad_plane_run(blocks + TQ2_0::codes_at, r), d, values + 16 * r);
    }
  }
};

struct Q2Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    const v128_t two_bits = in_register(wasm_i8x16_splat(3));
    for (size_t b = 0; b < block_count; ++b, blocks += Q2_0::block_bytes, values += Q2_0::block_length) {
      const float d = f32_from_f16(load<uint16_t>(blocks));
      const v128_t bytes = wasm_v128_load(blocks + Q2_0::codes_at);
      v128_t plane[4];  // code n of each byte
      NIBBLE_UNROLL
      for (uint32_t n = 0; n < 4; ++n) plane[n] = wasm_v128_and(wasm_u16x8_shr(bytes, 2 * n), two_bits);
      const auto halves = [&](v128_t low, v128_t high, float* to) {
        put_ternary(wasm_i16x8_shuffle(low, high, 0, 8, 1, 9, 2, 10, 3, 11), d, to);
        put_ternary(wasm_i16x8_shuffle(low, high, 4, 12, 5, 13, 6, 14, 7, 15), d, to + 16);
      };
      halves(interleaved_low(plane[0], plane[1]), interleaved_low(plane[2], plane[3]), values);
      halves(interleaved_high(plane[0], plane[1]), interleaved_high(plane[2], plane[3]), values + 32);
    }
  }

 private:
  static v128_t interleaved_low(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static v128_t interleaved_high(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
};

}  // namespace

template <>
Codec codec_for<TQ1_0>() {
  return {Type::tq1_0, vector_decoders<TQ1_0, Tq1Vectors>, llama_cpp_quantizers<quantize<TQ1_0>>, false};
}
template <>
Codec codec_for<TQ2_0>() {
  return {Type::tq2_0, vector_decoders<TQ2_0, Tq2Vectors>, llama_cpp_quantizers<quantize<TQ2_0>>, false};
}
template <>
Codec codec_for<Q2_0>() {
  return {Type::q2_0, vector_decoders<Q2_0, Q2Vectors>, llama_cpp_quantizers<quantize<Q2_0>>, false};
}

}  // namespace nibble::NIBBLE_TARGET
