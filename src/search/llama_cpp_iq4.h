#pragma once
#include "numeric/lanes.h"
#include "numeric/value_tables.h"
#include "search/llama_cpp_symmetric.h"

/// llama.cpp's scale search for the uneven grid of IQ4_NL and IQ4_XS (numeric/value_tables.h).
/// V is float or a vector of independent blocks (numeric/lanes.h).
namespace nibble::llama_cpp_search {

inline float nearest_iq4_value(float v) { return static_cast<float>(iq4_values[nearest_iq4_code(v)]); }
/// The code as a float.
inline float nearest_iq4_level(float v) { return static_cast<float>(nearest_iq4_code(v)); }

#if NIBBLE_SIMD
/// How many of the fifteen midpoints v is not below; NaN counts as above all.
inline v128_t nearest_iq4_codes(Float4 v) {
  v128_t below = wasm_i32x4_splat(0);
  NIBBLE_UNROLL
  for (int k = 0; k < 15; ++k) {
    const float midpoint = 0.5f * static_cast<float>(iq4_values[k] + iq4_values[k + 1]);
    below = wasm_i32x4_add(below, (v < Float4(midpoint)).v);
  }
  return wasm_i32x4_add(below, wasm_i32x4_splat(15));
}
inline Float4 nearest_iq4_value(Float4 v) {
  const v128_t table = wasm_v128_load(iq4_values);
  // The code in the lowest byte picks a value; the other three bytes are 0 and are shifted out.
  const v128_t picked = wasm_i8x16_swizzle(table, nearest_iq4_codes(v));
  return Float4(wasm_f32x4_convert_i32x4(wasm_i32x4_shr(wasm_i32x4_shl(picked, 24), 24)));
}
inline Float4 nearest_iq4_level(Float4 v) { return Float4(wasm_f32x4_convert_i32x4(nearest_iq4_codes(v))); }
#endif

/// The best least-squares scale among the levels of sixteen inverse scales: -127 / -extreme, then (t - 127) / extreme
/// for t = -7..7. A tiny block gets 0. `w` holds the weights of the squared errors.
template <int n, class V>
inline V fit_iq4(const V* x, const V* w) {
  const V zero(0.0f);
  const auto [amax, extreme] = extreme_of<n>(x);
  V scale = zero, best = zero;
  for (int t = -8; t <= 7; ++t) {
    const V inverse = t == -8 ? V(1.0f) / (-extreme / V(-127.0f)) : V(static_cast<float>(t - 127)) / extreme;
    V sumqx = zero, sumq2 = zero;
    for (int i = 0; i < n; ++i) {
      const V value = nearest_iq4_value(inverse * x[i]);
      const V wv = w[i] * value;
      sumqx += wv * x[i];
      sumq2 += wv * value;
    }
    const auto solvable = sumq2 > zero;
    const V fitted = sumqx / sumq2;
    if (t == -8) {
      scale = select(solvable, fitted, zero);
      best = scale * sumqx;
      continue;
    }
    const auto better = both(solvable, sumqx * sumqx > best * sumq2);
    scale = select(better, fitted, scale);
    best = select(better, fitted * sumqx, best);
  }
  return select(amax < V(tiny), zero, scale);
}

}  // namespace nibble::llama_cpp_search
