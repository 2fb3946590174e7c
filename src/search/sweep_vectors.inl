// What sweeps over the choices of codes share. Included once per kernel, inside its namespace, after integer_vectors.inl.

// Nearest half float, as a float, of positive values below 65504.
inline v128_t round_to_f16(v128_t v) {
  const v128_t odd = wasm_v128_and(wasm_u32x4_shr(v, 13), wasm_i32x4_splat(1));
  const v128_t normal = wasm_v128_and(wasm_i32x4_add(wasm_i32x4_add(v, wasm_i32x4_splat(0xFFF)), odd),
                                      wasm_i32x4_splat(static_cast<int>(0xFFFFE000u)));
  // Adding 0.75 leaves steps of 2^-24, the distance of subnormal halves.
  const v128_t magic = wasm_f32x4_splat(0.75f);
  const v128_t subnormal = wasm_f32x4_sub(wasm_f32x4_add(v, magic), magic);
  return wasm_v128_bitselect(subnormal, normal, wasm_f32x4_lt(v, wasm_f32x4_splat(0x1.0p-14f)));
}

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

// What the error is at least in a cell (exact_integers.h), from the errors at its ends: `left` is the one at the coarser
// scale s0 times s1 / s0, `curve` is the slack, `half_inverse` is 0.5 / curve.
inline v128_t chord_bound(v128_t left, v128_t right, v128_t curve, v128_t half_inverse) {
  const v128_t fall = wasm_f32x4_add(curve, wasm_f32x4_sub(right, left));
  const v128_t at =
      clamp_f32(wasm_f32x4_mul(fall, half_inverse), wasm_f32x4_splat(0), wasm_f32x4_splat(1));
  return wasm_f32x4_add(right, wasm_f32x4_mul(at, wasm_f32x4_sub(wasm_f32x4_mul(curve, at), fall)));
}
