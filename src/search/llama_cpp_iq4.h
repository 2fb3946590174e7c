#pragma once
#include "numeric/lanes.h"
#include "numeric/value_tables.h"
#include "search/iq4_codes.h"
#include "search/llama_cpp_symmetric.h"

/// llama.cpp's scale search for the uneven grid of IQ4_NL and IQ4_XS (numeric/value_tables.h).
/// V is float or a vector of independent blocks (numeric/lanes.h).
namespace nibble::NIBBLE_TARGET::llama_cpp_search {

/// The codes of n numbers, as nearest_iq4_code gives them.
template <int n>
inline void nearest_iq4_codes(const float* y, uint8_t* codes) {
  for (int i = 0; i < n; ++i) codes[i] = static_cast<uint8_t>(nearest_iq4_code(y[i]));
}

/// One of two numbers by a mask, where both are the same for many masks.
template <class V>
struct Either;
template <>
struct Either<float> {
  float yes, no;
  Either() = default;
  Either(float if_true, float if_false) : yes(if_true), no(if_false) {}
  float operator()(bool mask) const { return mask ? yes : no; }
};

template <>
struct Either<Float4> {
  v128_t no, change;
  Either() = default;
  Either(Float4 if_true, Float4 if_false) : no(if_false.v), change(wasm_v128_xor(if_true.v, if_false.v)) {}
  Float4 operator()(Mask4 mask) const { return Float4(wasm_v128_xor(no, wasm_v128_and(mask.v, change))); }
};

template <int n>
inline void nearest_iq4_codes(const Float4* y, uint8_t* codes) {
  static_assert(n % 4 == 0);
  for (int i = 0; i < n; i += 4)
    wasm_v128_store(codes + 4 * i, nearest_iq4_code_bytes(y[i].v, y[i + 1].v, y[i + 2].v, y[i + 3].v));
}

/// Sixteen values as floats.
inline void iq4_values_of(v128_t codes, Float4* values) {
  const v128_t bytes = wasm_i8x16_swizzle(wasm_v128_load(iq4_values), codes);
  const v128_t low = wasm_i16x8_extend_low_i8x16(bytes), high = wasm_i16x8_extend_high_i8x16(bytes);
  values[0] = Float4(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(low)));
  values[1] = Float4(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(low)));
  values[2] = Float4(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(high)));
  values[3] = Float4(wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(high)));
}

/// The value nearest to each y and its neighbour away from zero (itself at the ends), the lower of the two first.
template <int n>
inline void iq4_neighbours(const Float4* y, Float4* lower, Float4* upper) {
  const v128_t zero = wasm_i8x16_splat(0), fifteen = wasm_i8x16_splat(15);
  for (int i = 0; i < n; i += 4) {
    const v128_t code = nearest_iq4_code_bytes(y[i].v, y[i + 1].v, y[i + 2].v, y[i + 3].v);
    const auto negative = [&](int k) { return wasm_f32x4_lt(y[i + k].v, wasm_f32x4_splat(0.0f)); };
    const v128_t below =
        wasm_i8x16_add(code, wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(negative(0), negative(1)),
                                                     wasm_i16x8_narrow_i32x4(negative(2), negative(3))));
    iq4_values_of(wasm_i8x16_max(below, zero), lower + i);
    iq4_values_of(wasm_i8x16_min(wasm_i8x16_add(below, wasm_i8x16_splat(1)), fifteen), upper + i);
  }
}
template <int n>
inline void nearest_iq4_values(const Float4* y, Float4* values) {
  for (int i = 0; i < n; i += 4)
    iq4_values_of(nearest_iq4_code_bytes(y[i].v, y[i + 1].v, y[i + 2].v, y[i + 3].v), values + i);
}
template <int n>
inline void iq4_neighbours(const float* y, float* lower, float* upper) {
  for (int i = 0; i < n; ++i) {
    const int below = nearest_iq4_code(y[i]) - (y[i] < 0.0f ? 1 : 0);
    lower[i] = static_cast<float>(iq4_values[below < 0 ? 0 : below]);
    upper[i] = static_cast<float>(iq4_values[below < 15 ? below + 1 : 15]);
  }
}
template <int n>
inline void nearest_iq4_values(const float* y, float* values) {
  for (int i = 0; i < n; ++i) values[i] = static_cast<float>(iq4_values[nearest_iq4_code(y[i])]);
}

/// The best least-squares scale among the levels of sixteen inverse scales: -127 / -extreme, then (t - 127) / extreme
/// for t = -7..7. A tiny block gets 0. `w` holds the weights of the squared errors.
///
/// The fifteen inverse scales have one sign and magnitudes 120..134: a weight's place on the grid only moves away from
/// zero (rounding a product keeps that order) and grows by 134/120 < 1.12. Midpoints that follow each other away from
/// zero have ratios of at least 115.5/93.5 > 1.23, so a weight meets one midpoint at most, and takes one of two values
/// known beforehand. Its terms in the sums are then known too; they are added in the reference's order.
template <int n, class V>
inline V fit_iq4(const V* x, const V* w) {
  constexpr int candidates = 15, together = 3;
  const V zero(0.0f);
  const auto [amax, extreme] = extreme_of<n>(x);
  V y[n], value[n];
  const V first = V(1.0f) / (-extreme / V(-127.0f));
  for (int i = 0; i < n; ++i) y[i] = first * x[i];
  nearest_iq4_values<n>(y, value);
  V sumqx = zero, sumq2 = zero;
  for (int i = 0; i < n; ++i) {
    const V wv = w[i] * value[i];
    sumqx += wv * x[i];
    sumq2 += wv * value[i];
  }
  V scale = select(sumq2 > zero, sumqx / sumq2, zero);
  V best = scale * sumqx;

  V inverse[candidates], lower[n], upper[n], middle[n];
  for (int t = -7; t <= 7; ++t) inverse[t + 7] = V(static_cast<float>(t - 127)) / extreme;
  for (int i = 0; i < n; ++i) y[i] = inverse[candidates - 1] * x[i];
  iq4_neighbours<n>(y, lower, upper);
  Either<V> qx[n], q2[n];
  for (int i = 0; i < n; ++i) {
    const V low = w[i] * lower[i], high = w[i] * upper[i];
    middle[i] = V(0.5f) * (lower[i] + upper[i]);
    qx[i] = {low * x[i], high * x[i]};
    q2[i] = {low * lower[i], high * upper[i]};
  }
  for (int k = 0; k < candidates; k += together) {
    V qx_sum[together], q2_sum[together];
    for (int c = 0; c < together; ++c) qx_sum[c] = q2_sum[c] = zero;
    for (int i = 0; i < n; ++i) {
      for (int c = 0; c < together; ++c) {
        const auto is_lower = inverse[k + c] * x[i] < middle[i];
        qx_sum[c] += qx[i](is_lower);
        q2_sum[c] += q2[i](is_lower);
      }
    }
    for (int c = 0; c < together; ++c) {
      const auto better = both(q2_sum[c] > zero, qx_sum[c] * qx_sum[c] > best * q2_sum[c]);
      const V fitted = qx_sum[c] / q2_sum[c];
      scale = select(better, fitted, scale);
      best = select(better, fitted * qx_sum[c], best);
    }
  }
  return select(amax < V(tiny), zero, scale);
}

}  // namespace nibble::NIBBLE_TARGET::llama_cpp_search
