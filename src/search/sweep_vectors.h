#pragma once
#include <cstdint>

#include "search/integer_vectors.h"

/// What sweeps over the choices of codes share.
namespace nibble::NIBBLE_TARGET {

// Byte shuffles that move the chosen lanes to the front.
struct PackTable {
  alignas(16) uint8_t bytes[16][16];
  constexpr PackTable() : bytes{} {
    for (int mask = 0; mask < 16; ++mask) {
      int to = 0;
      for (int lane = 0; lane < 4; ++lane) {
        if (!(mask >> lane & 1)) continue;
        for (int b = 0; b < 4; ++b) bytes[mask][4 * to + b] = static_cast<uint8_t>(4 * lane + b);
        ++to;
      }
      for (int b = 4 * to; b < 16; ++b) bytes[mask][b] = 255;
    }
  }
};
constexpr PackTable pack_table;
constexpr uint8_t bits_set[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

// What the error is at least in a cell (exact_integers.h), from the errors at its ends: `left` is the one at the
// coarser scale s0 times s1 / s0, `curve` is the slack, `half_inverse` is 0.5 / curve.
inline v128_t chord_bound(v128_t left, v128_t right, v128_t curve, v128_t half_inverse) {
  const v128_t fall = wasm_f32x4_add(curve, wasm_f32x4_sub(right, left));
  const v128_t at = clamp_f32(wasm_f32x4_mul(fall, half_inverse), wasm_f32x4_splat(0), wasm_f32x4_splat(1));
  return wasm_f32x4_add(right, wasm_f32x4_mul(at, wasm_f32x4_sub(wasm_f32x4_mul(curve, at), fall)));
}

// The half float nearest to the vertex of a choice of codes' parabola, and the error there, in units of 1 / to_stored.
struct StoredVertex {
  v128_t error, scale;
  v128_t off, rise;  // how far the scale is from s, and by how much the error at s is above the lowest one
};
// F, R and B are sum r^2, sum r q and sum q^2 of another choice, r = u - s q; the events between the two add 2 dB to B
// and take s dB - dR from R. Errors kept as differences from the scale s lose no precision to cancellation.
inline StoredVertex stored_vertex(v128_t F, v128_t R, v128_t B, v128_t dR, v128_t dB, v128_t s, v128_t to_stored,
                                  v128_t from_stored) {
  const v128_t B_new = wasm_f32x4_add(B, wasm_f32x4_add(dB, dB));
  const v128_t R_new = wasm_f32x4_add(R, wasm_f32x4_sub(dR, wasm_f32x4_mul(s, dB)));
  const v128_t step = wasm_f32x4_div(R_new, B_new), vertex = wasm_f32x4_add(s, step);
  const v128_t lost = wasm_f32x4_sub(step, wasm_f32x4_sub(vertex, s)), zero = wasm_f32x4_splat(0);
  // Plus one where the vertex is too small, minus one where it is too large.
  const v128_t correction = wasm_i32x4_sub(wasm_f32x4_lt(lost, zero), wasm_f32x4_gt(lost, zero));
  const v128_t even = wasm_i32x4_add(wasm_v128_and(vertex, wasm_i32x4_splat(1)), wasm_i32x4_splat(-1));
  const v128_t odd_vertex = wasm_i32x4_add(vertex, wasm_v128_and(correction, even));
  v128_t error = wasm_f32x4_sub(F, wasm_f32x4_mul(s, wasm_f32x4_add(dR, dR)));
  const v128_t rise = wasm_f32x4_mul(R_new, step);
  error = wasm_f32x4_sub(error, rise);
  const v128_t stored = stored_halves(wasm_f32x4_mul(odd_vertex, to_stored));
  const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(stored, from_stored), s), rounding = wasm_f32x4_sub(off, step);
  error = wasm_f32x4_add(error, wasm_f32x4_mul(B_new, wasm_f32x4_mul(rounding, rounding)));
  return {error, stored, off, rise};
}

}  // namespace nibble::NIBBLE_TARGET
