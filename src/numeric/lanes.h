#pragma once
#include <cmath>
#include <type_traits>

#include "numeric/rounding.h"
#include "numeric/simd.h"

/// Lanes: one spelling for "one float" and "four floats side by side", so that a search is written once. A search
/// templated over V performs, in every lane, exactly the operations its text names: V = float is the scalar kernel,
/// V = Float4 runs four independent blocks. Comparisons give a mask; NaN compares false, as it does for a float.
namespace nibble::NIBBLE_TARGET {

inline bool any(bool mask) { return mask; }
inline bool all(bool mask) { return mask; }
inline bool both(bool a, bool b) { return a && b; }
inline float select(bool mask, float yes, float no) { return mask ? yes : no; }
inline float absolute(float v) { return std::fabs(v); }
inline float square_root(float v) { return std::sqrt(v); }
/// b if it is smaller, otherwise a (which therefore wins ties and stays when b is NaN).
inline float lower_of(float a, float b) { return b < a ? b : a; }
inline float higher_of(float a, float b) { return a < b ? b : a; }
/// clamp(nearest_int(v), low, high) as a float, for every v.
inline float nearest_level(float v, int low, int high) { return static_cast<float>(clamp(nearest_int(v), low, high)); }

/// The low eight bits of an integer-valued float (|v| <= 2^23), negative ones in two's complement.
inline float low_byte(float v) { return static_cast<float>(static_cast<int>(v) & 0xFF); }
/// The range of nearest_int: as bounds of nearest_level they leave a side open.
inline constexpr int lowest_level = -0x00400000, highest_level = 0x003FFFFF;

/// nearest_int(v) for |v| < 2^22, as a float: adding 1.5 * 2^23 rounds, subtracting it leaves the integer.
constexpr float rounding_anchor = 12582912.0f;
template <class V>
inline V small_level(V v) {
  return (v + V(rounding_anchor)) - V(rounding_anchor);
}
/// The same, clamped to low..high.
inline float small_level(float v, int low, int high) { return nearest_level(v, low, high); }

/// How many floats a V holds.
template <class V>
inline constexpr int lane_count = 1;

/// Lane b of to[i] = from[b * stride + i], for i < n.
template <int n>
inline void load_lanes(const float* from, size_t /*stride*/, float* to) {
  for (int i = 0; i < n; ++i) to[i] = from[i];
}
/// Lane b of to[i] = from[b][i], for i < n.
template <int n>
inline void load_rows(const float* const* from, float* to) {
  for (int i = 0; i < n; ++i) to[i] = from[0][i];
}
/// The next lane_count<V> floats, and back.
template <class V>
inline V load_run(const float* from);
template <>
inline float load_run(const float* from) {
  return *from;
}
inline void store_run(float v, float* to) { *to = v; }
/// The same for integer-valued floats that fit an int.
inline void store_integer_run(float v, int* to) { *to = static_cast<int>(v); }
/// to[b * stride + i] = lane b of levels[i] as a byte; levels are integers 0..255.
template <int n>
inline void store_levels(const float* levels, size_t /*stride*/, uint8_t* to) {
  for (int i = 0; i < n; ++i) to[i] = static_cast<uint8_t>(static_cast<int>(levels[i]));
}
/// to[i] = levels 0..255 of n consecutive weights, lane_count<V> of them in each element.
template <int n>
inline void store_level_run(const float* levels, uint8_t* to) {
  store_levels<n>(levels, 0, to);
}

struct Mask4 {
  v128_t v;
};

struct Float4 {
  v128_t v;
  Float4() = default;
  explicit Float4(v128_t vector) : v(vector) {}
  explicit Float4(float all) : v(wasm_f32x4_splat(all)) {}
};

template <>
inline constexpr int lane_count<Float4> = 4;

inline Float4 operator+(Float4 a, Float4 b) { return Float4(wasm_f32x4_add(a.v, b.v)); }
inline Float4 operator-(Float4 a, Float4 b) { return Float4(wasm_f32x4_sub(a.v, b.v)); }
inline Float4 operator*(Float4 a, Float4 b) { return Float4(wasm_f32x4_mul(a.v, b.v)); }
inline Float4 operator/(Float4 a, Float4 b) { return Float4(wasm_f32x4_div(a.v, b.v)); }
inline Float4 operator-(Float4 a) { return Float4(wasm_f32x4_neg(a.v)); }
inline Float4& operator+=(Float4& a, Float4 b) { return a = a + b; }

inline Mask4 operator<(Float4 a, Float4 b) { return {wasm_f32x4_lt(a.v, b.v)}; }
inline Mask4 operator>(Float4 a, Float4 b) { return {wasm_f32x4_gt(a.v, b.v)}; }
inline Mask4 operator<=(Float4 a, Float4 b) { return {wasm_f32x4_le(a.v, b.v)}; }
inline Mask4 operator>=(Float4 a, Float4 b) { return {wasm_f32x4_ge(a.v, b.v)}; }
inline Mask4 operator==(Float4 a, Float4 b) { return {wasm_f32x4_eq(a.v, b.v)}; }
inline Mask4 operator!=(Float4 a, Float4 b) { return {wasm_f32x4_ne(a.v, b.v)}; }

inline bool any(Mask4 mask) { return wasm_v128_any_true(mask.v); }
inline bool all(Mask4 mask) { return wasm_i32x4_all_true(mask.v); }
inline Mask4 both(Mask4 a, Mask4 b) { return {wasm_v128_and(a.v, b.v)}; }
inline Float4 select(Mask4 mask, Float4 yes, Float4 no) { return Float4(wasm_v128_bitselect(yes.v, no.v, mask.v)); }
inline Float4 absolute(Float4 a) { return Float4(wasm_f32x4_abs(a.v)); }
inline Float4 square_root(Float4 a) { return Float4(wasm_f32x4_sqrt(a.v)); }
inline Float4 lower_of(Float4 a, Float4 b) { return Float4(wasm_f32x4_pmin(a.v, b.v)); }
inline Float4 higher_of(Float4 a, Float4 b) { return Float4(wasm_f32x4_pmax(a.v, b.v)); }

inline Float4 nearest_level(Float4 v, int low, int high) {
  const v128_t bits = wasm_v128_and((v + Float4(12582912.0f)).v, wasm_i32x4_splat(0x007FFFFF));
  const v128_t level = wasm_i32x4_sub(bits, wasm_i32x4_splat(0x00400000));
  const v128_t clamped = wasm_i32x4_max(wasm_i32x4_min(level, wasm_i32x4_splat(high)), wasm_i32x4_splat(low));
  return Float4(wasm_f32x4_convert_i32x4(clamped));
}

inline Float4 low_byte(Float4 v) {
  return Float4(wasm_f32x4_convert_i32x4(wasm_v128_and(wasm_i32x4_trunc_sat_f32x4(v.v), wasm_i32x4_splat(0xFF))));
}

inline Float4 small_level(Float4 v, int low, int high) {
  const Float4 anchor(rounding_anchor), placed = v + anchor;
  return lower_of(higher_of(placed, anchor + Float4(static_cast<float>(low))),
                  anchor + Float4(static_cast<float>(high))) -
         anchor;
}

/// A 4 x 4 transposition: afterwards lane b of row i is what lane i of row b was.
inline void transpose(v128_t& r0, v128_t& r1, v128_t& r2, v128_t& r3) {
  const v128_t a = wasm_i32x4_shuffle(r0, r1, 0, 4, 1, 5);
  const v128_t b = wasm_i32x4_shuffle(r0, r1, 2, 6, 3, 7);
  const v128_t c = wasm_i32x4_shuffle(r2, r3, 0, 4, 1, 5);
  const v128_t d = wasm_i32x4_shuffle(r2, r3, 2, 6, 3, 7);
  r0 = wasm_i64x2_shuffle(a, c, 0, 2);
  r1 = wasm_i64x2_shuffle(a, c, 1, 3);
  r2 = wasm_i64x2_shuffle(b, d, 0, 2);
  r3 = wasm_i64x2_shuffle(b, d, 1, 3);
}

template <int n>
inline void load_rows(const float* const* from, Float4* to) {
  static_assert(n % 4 == 0);
  for (int i = 0; i < n; i += 4) {
    v128_t r0 = wasm_v128_load(from[0] + i), r1 = wasm_v128_load(from[1] + i);
    v128_t r2 = wasm_v128_load(from[2] + i), r3 = wasm_v128_load(from[3] + i);
    transpose(r0, r1, r2, r3);
    to[i] = Float4(r0);
    to[i + 1] = Float4(r1);
    to[i + 2] = Float4(r2);
    to[i + 3] = Float4(r3);
  }
}

template <int n>
inline void load_lanes(const float* from, size_t stride, Float4* to) {
  const float* const rows[] = {from, from + stride, from + 2 * stride, from + 3 * stride};
  load_rows<n>(rows, to);
}

template <>
inline Float4 load_run(const float* from) {
  return Float4(wasm_v128_load(from));
}
inline void store_run(Float4 v, float* to) { wasm_v128_store(to, v.v); }
inline void store_integer_run(Float4 v, int* to) { wasm_v128_store(to, wasm_i32x4_trunc_sat_f32x4(v.v)); }

/// Sixteen levels 0..255, four in each vector, as bytes.
inline v128_t level_bytes(v128_t l0, v128_t l1, v128_t l2, v128_t l3) {
  const v128_t low = wasm_i16x8_narrow_i32x4(wasm_i32x4_trunc_sat_f32x4(l0), wasm_i32x4_trunc_sat_f32x4(l1));
  const v128_t high = wasm_i16x8_narrow_i32x4(wasm_i32x4_trunc_sat_f32x4(l2), wasm_i32x4_trunc_sat_f32x4(l3));
  return wasm_u8x16_narrow_i16x8(low, high);
}

template <int n>
inline void store_level_run(const Float4* levels, uint8_t* to) {
  static_assert(n % 16 == 0);
  for (int i = 0; i < n; i += 16) {
    const Float4* l = levels + i / 4;
    wasm_v128_store(to + i, level_bytes(l[0].v, l[1].v, l[2].v, l[3].v));
  }
}

template <int n>
inline void store_levels(const Float4* levels, size_t stride, uint8_t* to) {
  static_assert(n % 4 == 0);
  for (int i = 0; i < n; i += 4) {
    v128_t r0 = levels[i].v, r1 = levels[i + 1].v, r2 = levels[i + 2].v, r3 = levels[i + 3].v;
    transpose(r0, r1, r2, r3);
    const v128_t bytes = level_bytes(r0, r1, r2, r3);
    wasm_v128_store32_lane(to + i, bytes, 0);
    wasm_v128_store32_lane(to + stride + i, bytes, 1);
    wasm_v128_store32_lane(to + 2 * stride + i, bytes, 2);
    wasm_v128_store32_lane(to + 3 * stride + i, bytes, 3);
  }
}

/// The largest |x[i]| of n consecutive floats; 0 if there is none above it.
template <int n, class V>
inline float largest_magnitude(const float* x) {
  V largest(0.0f);
  for (int i = 0; i < n; i += lane_count<V>) largest = higher_of(largest, absolute(load_run<V>(x + i)));
  float each[lane_count<V>], all_lanes = 0.0f;
  store_run(largest, each);
  for (const float magnitude : each) all_lanes = higher_of(all_lanes, magnitude);
  return all_lanes;
}

/// The V that suits the target: independent blocks side by side where it has vectors.
using Lanes = std::conditional_t<has_vectors, Float4, float>;

}  // namespace nibble::NIBBLE_TARGET

namespace nibble {
using namespace NIBBLE_TARGET;
}  // namespace nibble
