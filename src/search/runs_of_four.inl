// Four runs of weights side by side: what the searches for super-blocks share. Compiled once per kernel.
//
// In vectors of 16-bit integers, lanes 2r and 2r + 1 hold two weights of run r, so that the sums of products over all its
// weights end in lane r, where the run's floats are.

constexpr float full_scale = 32767.0f;  // u = 1

inline float inverse_or_zero(float v) { return v > 0.0f ? 1.0f / v : 0.0f; }

// What half floats hold of numbers below 65520: eleven bits, and no bit below 2^-24. Unlike the conversion there and back
// this meets no subnormal float, which some processors take a hundred cycles for.
inline v128_t stored_halves(v128_t v) {
  const v128_t odd = wasm_v128_and(wasm_u32x4_shr(v, 13), wasm_i32x4_splat(1));
  const v128_t up = wasm_i32x4_add(wasm_i32x4_add(v, wasm_i32x4_splat(0xFFF)), odd);
  const v128_t normal = wasm_v128_and(up, wasm_i32x4_splat(~0x1FFF));
  const v128_t anchor = wasm_f32x4_splat(0.75f), small = wasm_f32x4_sub(wasm_f32x4_add(v, anchor), anchor);
  return wasm_v128_bitselect(small, normal, wasm_f32x4_lt(wasm_f32x4_abs(v), wasm_f32x4_splat(0x1p-14f)));
}
inline float stored_half(float v) { return wasm_f32x4_extract_lane(stored_halves(wasm_f32x4_splat(v)), 0); }
inline v128_t inverses_or_zero(v128_t v) {
  return wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), v), wasm_f32x4_ne(v, wasm_f32x4_splat(0.0f)));
}

// Multiples of the smallest scale that reaches every run, as halves hold them, and their inverses.
template <int count>
inline void store_multiples(float smallest, float first, float step, float* values, float* inverses) {
  for (int k = 0; k < count; ++k) values[k] = smallest * (first + step * static_cast<float>(k));
  for (int k = 0; k < count; k += 4) {
    const v128_t stored = stored_halves(wasm_v128_load(values + k));
    wasm_v128_store(values + k, stored);
    wasm_v128_store(inverses + k, inverses_or_zero(stored));
  }
}

// Each row has the weights of one run; they become vectors of pairs.
template <int vectors>
inline void pair_up(v128_t (&rows)[4][vectors], v128_t* pairs) {
  for (int k = 0; k < vectors; ++k) {
    transpose4(rows[0][k], rows[1][k], rows[2][k], rows[3][k]);
    for (int r = 0; r < 4; ++r) pairs[4 * k + r] = rows[r][k];
  }
}

// Both 16-bit halves of every lane hold its integer, -2^15 .. 2^15 - 1.
inline v128_t doubled(v128_t v) {
  return wasm_v128_or(wasm_v128_and(v, wasm_i32x4_splat(0xFFFF)), wasm_i32x4_shl(v, 16));
}

// sum p in steps of -2^15 and sum p^2 below it: both from one product with p - 2^15.
inline v128_t squares_of(v128_t packed) {
  return wasm_f32x4_convert_i32x4(wasm_v128_and(packed, wasm_i32x4_splat(0x7FFF)));
}
inline v128_t sums_of(v128_t packed) { return wasm_f32x4_convert_i32x4(wasm_i32x4_neg(wasm_i32x4_shr(packed, 15))); }
