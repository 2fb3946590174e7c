#pragma once
#include <cstdint>

#include "numeric/simd.h"
#include "numeric/value_tables.h"

/// Codes of the uneven levels of IQ4 (numeric/value_tables.h) by table, sixteen at a time.
namespace nibble::NIBBLE_TARGET {

/// How many of fifteen ascending thresholds an integer is not below. The integers from -16 * width on are cut into 32
/// stretches that hold at most one threshold each: an entry is 16 times the count at the stretch's begin, plus what the
/// place in the stretch must add to carry into the count from the threshold on.
struct Iq4Counts {
  alignas(16) uint8_t entry[32];
  constexpr Iq4Counts(int width, bool of_midpoints) : entry{} {
    for (int stretch = 0; stretch < 32; ++stretch) {
      const int first = width * (stretch - 16);
      int count = 0, carry = 0;
      for (int k = 0; k < 15; ++k) {
        const int threshold = iq4_values[k + 1] + (of_midpoints ? iq4_values[k] : 0);
        if (threshold <= first) {
          ++count;
        } else if (threshold < first + width) {
          carry = 16 - (threshold - first);
        }
      }
      entry[stretch] = static_cast<uint8_t>(16 * count + carry);
    }
  }
};
/// Of 2y, for all midpoints are multiples of a half: the code nearest to y.
inline constexpr Iq4Counts iq4_midpoints{16, true};
/// Of y, over the values but the lowest: the code of the value at y or below.
inline constexpr Iq4Counts iq4_floors{8, false};

/// From stretches 0..31 and places in them to sixteen counts.
inline v128_t iq4_counts(const Iq4Counts& counts, v128_t stretch, v128_t place) {
  // An index outside a table's sixteen gives 0.
  const v128_t entry = wasm_v128_or(
      wasm_i8x16_swizzle(wasm_v128_load(counts.entry), stretch),
      wasm_i8x16_swizzle(wasm_v128_load(counts.entry + 16), wasm_i8x16_sub(stretch, wasm_i8x16_splat(16))));
  return wasm_u8x16_shr(wasm_i8x16_add(entry, place), 4);
}

/// The codes of the values nearest to sixteen y, from floor(2y) in -256..255 as 16-bit integers.
inline v128_t iq4_codes_of_halves(v128_t low, v128_t high) {
  const v128_t fifteen = wasm_i16x8_splat(15);
  const v128_t stretch = wasm_i8x16_narrow_i16x8(wasm_i16x8_shr(low, 4), wasm_i16x8_shr(high, 4));
  return iq4_counts(iq4_midpoints, wasm_i8x16_add(stretch, wasm_i8x16_splat(16)),
                    wasm_i8x16_narrow_i16x8(wasm_v128_and(low, fifteen), wasm_v128_and(high, fifteen)));
}

/// The codes of sixteen floats as nearest_iq4_code gives them.
inline v128_t nearest_iq4_code_bytes(v128_t a, v128_t b, v128_t c, v128_t d) {
  const auto halves = [](v128_t y) {
    const v128_t twice = wasm_f32x4_pmin(wasm_f32x4_splat(255.0f), wasm_f32x4_add(y, y));  // NaN becomes 255
    const v128_t whole = wasm_f32x4_floor(wasm_f32x4_pmax(wasm_f32x4_splat(-256.0f), twice));
    // Adding 1.5 * 2^23 leaves an integer in the low bits.
    return wasm_i32x4_sub(wasm_f32x4_add(whole, wasm_f32x4_splat(12582912.0f)), wasm_i32x4_splat(0x4B400000));
  };
  return iq4_codes_of_halves(wasm_i16x8_narrow_i32x4(halves(a), halves(b)),
                             wasm_i16x8_narrow_i32x4(halves(c), halves(d)));
}

}  // namespace nibble::NIBBLE_TARGET
