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

  void eight(v128_t points, uint32_t signs, float step, float* values) const {
    const v128_t magnitude = wasm_i8x16_swizzle(magnitudes, wasm_v128_or(spread(points), no_entry));
    const v128_t sign = wasm_v128_and(wasm_i16x8_splat(static_cast<int16_t>(signs)), sign_bits);
    const v128_t negative = wasm_i16x8_eq(sign, sign_bits);
    const v128_t value = wasm_i16x8_sub(wasm_v128_xor(magnitude, negative), negative);
    const v128_t scale = wasm_f32x4_splat(step);
    wasm_v128_store(values, wasm_f32x4_mul(scale, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(value))));
    wasm_v128_store(values + 4, wasm_f32x4_mul(scale, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(value))));
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
    for (size_t b = 0; b < block_count; ++b, blocks += F::block_bytes, values += F::block_length) {
      F::each_point(blocks, [&](int point, int position, float scale, float shift) {
        const v128_t levels = spread(wasm_i16x8_splat(static_cast<int16_t>(F::codebook[position])));
        // level - 1 + shift: exact in any order.
        const v128_t step = wasm_f32x4_splat(scale), moved = wasm_f32x4_splat(shift - 1.0f);
        const auto put = [&](v128_t level, float* to) {
          wasm_v128_store(to, wasm_f32x4_mul(step, wasm_f32x4_add(wasm_f32x4_convert_i32x4(level), moved)));
        };
        put(wasm_u32x4_extend_low_u16x8(levels), values + 8 * point);
        put(wasm_u32x4_extend_high_u16x8(levels), values + 8 * point + 4);
      });
    }
  }
};

}  // namespace nibble::NIBBLE_TARGET
