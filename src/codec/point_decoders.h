#pragma once
#include <iterator>

#include "codec/format_codec.h"
#include "formats/iq_codes.h"
#include "numeric/bits.h"
#include "numeric/half.h"
#include "numeric/simd.h"

/// Vector decoders of the codebook formats, eight weights at a time: a point of eight or two points of four, whose
/// levels lie in 16-bit lanes.
namespace nibble::NIBBLE_TARGET {

/// Spreads packed levels over eight 16-bit lanes: the packed bits in each lane, moved so that a lane's own level is
/// what is left at the top. `length` levels of `bits` bits begin anew in the second half where a point has four.
template <int length, int bits>
struct LevelSpread {
  const v128_t factors = in_register([] {
    alignas(16) uint16_t moved[8];
    for (int i = 0; i < 8; ++i) moved[i] = static_cast<uint16_t>(1u << (16 - bits * (i % length + 1)));
    return wasm_v128_load(moved);
  }());
  v128_t operator()(v128_t packed) const { return wasm_u16x8_shr(wasm_i16x8_mul(packed, factors), 16 - bits); }
};

/// Eight whole numbers from `least` on, in 16-bit lanes, each put where finish() says: a lane less `least` is placed
/// under the exponent of 2^23, and the difference is exact. Extending and converting compiles badly with older
/// compilers.
struct EightNumbers {
  const v128_t exponent = in_register(wasm_i16x8_splat(0x4B00));
  const v128_t base;
  explicit EightNumbers(int least) : base(in_register(wasm_f32x4_splat(8388608.0f - static_cast<float>(least)))) {}

  template <class Finish>
  void store(v128_t lanes, float* values, Finish finish) const {
    const auto put = [&](v128_t placed, float* to) { wasm_v128_store(to, finish(wasm_f32x4_sub(placed, base))); };
    put(wasm_i16x8_shuffle(lanes, exponent, 0, 8, 1, 9, 2, 10, 3, 11), values);
    put(wasm_i16x8_shuffle(lanes, exponent, 4, 12, 5, 13, 6, 14, 7, 15), values + 4);
  }
};

/// IQ2 and IQ3: formats/point_format.h.
template <class F>
struct PointVectors {
  static constexpr int runs = F::block_length / F::scale_length;
  const LevelSpread<F::point_length, F::level_bits> spread{};
  const v128_t magnitudes = in_register([] {
    alignas(16) uint8_t bytes[16] = {};
    for (size_t i = 0; i < std::size(F::magnitudes); ++i) bytes[i] = static_cast<uint8_t>(F::magnitudes[i]);
    return wasm_v128_load(bytes);
  }());
  const v128_t no_entry = in_register(wasm_i16x8_splat(INT16_MIN));  // the upper byte of a lane looks nothing up
  const v128_t sign_bits = in_register(wasm_i16x8_make(1, 2, 4, 8, 16, 32, 64, 128));
  static constexpr int most = 64;  // no magnitude is larger
  const v128_t moved = in_register(wasm_i16x8_splat(most));
  const EightNumbers numbers{-most};

  void eight(v128_t points, uint32_t signs, float step, float* values) const {
    const v128_t magnitude = wasm_i8x16_swizzle(magnitudes, wasm_v128_or(spread(points), no_entry));
    const v128_t sign = wasm_v128_and(wasm_i16x8_splat(static_cast<int16_t>(signs)), sign_bits);
    const v128_t negative = wasm_i16x8_eq(sign, sign_bits);
    // Negative where the sign says so, and moved up.
    const v128_t value = wasm_i16x8_sub(wasm_v128_xor(magnitude, negative), wasm_i16x8_sub(negative, moved));
    const v128_t scale = wasm_f32x4_splat(step);
    numbers.store(value, values, [scale](v128_t v) { return wasm_f32x4_mul(scale, v); });
  }

  void block(const uint8_t* from, float* values) const {
    const float d = f32_from_f16(load<uint16_t>(from));
    float steps[runs];
    for (int run = 0; run < runs; ++run) steps[run] = F::step(d, F::scale_code(from, run));
    constexpr int points_in_run = F::scale_length / F::point_length;
    uint64_t earlier = 0;  // the first of two points, and its signs
    uint32_t earlier_signs = 0;
    F::each_point(from, [&](int point, int position, uint32_t signs) {
      const uint64_t levels = F::codebook[position];
      if constexpr (F::point_length == 8) {
        eight(wasm_i16x8_splat(static_cast<int16_t>(levels)), signs, steps[point / points_in_run], values + 8 * point);
      } else if (point % 2 == 0) {
        earlier = levels;
        earlier_signs = signs & 15;
      } else {
        constexpr uint64_t each_lane = 0x0001000100010001u;
        const v128_t two =
            wasm_i64x2_make(static_cast<int64_t>(earlier * each_lane), static_cast<int64_t>(levels * each_lane));
        eight(two, earlier_signs | signs << 4, steps[point / points_in_run], values + 4 * (point - 1));
      }
    });
  }

  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    const PointVectors vectors{};
    for (size_t b = 0; b < block_count; ++b) vectors.block(blocks + b * F::block_bytes, values + b * F::block_length);
  }
};

/// IQ1: points of eight levels -1, 0 and 1, moved by a shift.
template <class F>
struct ShiftedPointVectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    const LevelSpread<8, 2> spread{};
    const EightNumbers numbers(0);
    for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += F::block_length) {
      F::each_point(blocks, [&](int point, int position, float scale, float shift) {
        const v128_t levels = spread(wasm_i16x8_splat(static_cast<int16_t>(F::codebook[position])));
        // level - 1 + shift: exact in any order.
        const v128_t step = wasm_f32x4_splat(scale), moved = wasm_f32x4_splat(shift - 1.0f);
        numbers.store(levels, values + 8 * point,
                      [&](v128_t level) { return wasm_f32x4_mul(step, wasm_f32x4_add(level, moved)); });
      });
    }
  }
};

}  // namespace nibble::NIBBLE_TARGET
