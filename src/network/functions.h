#pragma once
#include <cstdint>

#include "numeric/bits.h"
#include "numeric/lanes.h"

/// The functions of a network's values, in lanes (numeric/lanes.h): our own, because the C libraries of different
/// machines differ in the last bit of theirs.
namespace nibble::network::NIBBLE_TARGET {

/// 2^n of the n that `placed` = n + rounding_anchor holds, -126 <= n <= 127.
inline float power_of_two(float placed) { return bit_cast<float>((bit_cast<uint32_t>(placed) << 23) + (127u << 23)); }
inline Float4 power_of_two(Float4 placed) {
  return Float4(wasm_i32x4_add(wasm_i32x4_shl(placed.v, 23), wasm_i32x4_splat(127 << 23)));
}

/// e^x within 1.5e-7 of itself; 0 below -87, and the value at 88 above it. NaN gives NaN.
template <class V>
inline V exponential(V x) {
  // x = n ln 2 + r with |r| <= ln 2 / 2: then e^x = 2^n e^r, and the Taylor series of e^r up to r^7 / 7! is exact to
  // 5e-9. ln 2 comes in two parts, of which n times the first is exact.
  const V bounded = higher_of(lower_of(x, V(88.0f)), V(-87.0f));
  const V placed = bounded * V(1.44269504f) + V(rounding_anchor);
  const V n = placed - V(rounding_anchor);
  const V r = (bounded - n * V(0.693359375f)) - n * V(-2.12194440e-4f);
  V sum = V(1.0f / 5040.0f);
  for (const float coefficient : {1.0f / 720.0f, 1.0f / 120.0f, 1.0f / 24.0f, 1.0f / 6.0f, 0.5f, 1.0f, 1.0f})
    sum = sum * r + V(coefficient);
  const V value = sum * power_of_two(placed);
  return select(x < V(-87.0f), V(0.0f), value);
}

template <class V>
inline V logistic(V x) {
  return V(1.0f) / (V(1.0f) + exponential(-x));
}

/// ln(1 + e^x), within 2e-7 of itself.
inline float softplus(float x) {
  // ln(1 + t) = 2 artanh(s) with s = t / (2 + t), and s is at most 1/3.
  const float t = exponential(x > 0 ? -x : x), s = t / (2.0f + t);
  float sum = 1.0f / 15.0f;
  for (const float coefficient : {1.0f / 13.0f, 1.0f / 11.0f, 1.0f / 9.0f, 1.0f / 7.0f, 0.2f, 1.0f / 3.0f, 1.0f})
    sum = sum * (s * s) + coefficient;
  return (x > 0 ? x : 0.0f) + 2.0f * s * sum;
}

/// x times its logistic function.
template <class V>
inline V silu(V x) {
  return x * logistic(x);
}

/// Absolute error below 2e-7.
template <class V>
inline V hyperbolic_tangent(V x) {
  return V(1.0f) - V(2.0f) / (V(1.0f) + exponential(x + x));
}

/// The tanh form of the Gaussian error linear unit: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). (Hendrycks and
/// Gimpel, 2016)
template <class V>
inline V gelu(V x) {
  const V inner = V(0.797884561f) * x * (V(1.0f) + V(0.044715f) * x * x);
  return V(0.5f) * x * (V(1.0f) + hyperbolic_tangent(inner));
}

/// Of the clamped gated unit of gpt-oss: the gate's part, and what the other part is multiplied into it as.
template <class V>
inline V clamped_gate(V x) {
  const V bounded = lower_of(x, V(7.0f));
  return bounded * logistic(bounded * V(1.702f));
}
template <class V>
inline V clamped_factor(V x) {
  return higher_of(lower_of(x, V(7.0f)), V(-7.0f)) + V(1.0f);
}

}  // namespace nibble::network::NIBBLE_TARGET

namespace nibble::network {
using namespace NIBBLE_TARGET;
}  // namespace nibble::network
