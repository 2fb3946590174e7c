// Blocks of 32 weights with the uneven levels of IQ4_NL and a signed scale. Compiled once per kernel; see
// super_block_fits.h.

constexpr int8_t iq4_levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

// The middles of neighbouring levels as a search tree (node k has the children 2k and 2k + 1), rounded up and less one:
// an integer is not below a middle when it is above its entry.
struct Iq4Tree {
  alignas(16) int8_t middle[16];
  constexpr Iq4Tree() : middle{} {
    constexpr int order[16] = {0, 7, 3, 11, 1, 5, 9, 13, 0, 2, 4, 6, 8, 10, 12, 14};
    for (int node = 1; node < 16; ++node) {
      const int twice = iq4_levels[order[node]] + iq4_levels[order[node] + 1];
      middle[node] = static_cast<int8_t>((twice >= 0 ? (twice + 1) / 2 : -(-twice / 2)) - 1);
    }
  }
};
constexpr Iq4Tree iq4_tree;

// Largest weight over scale: with the sign of the largest weight, which then lands near 113 or near -127.
constexpr int16_t iq4_divisors[] = {92,   96,   100,  104,  108,  112,  116,  120,  124,  -108,
                                    -112, -116, -120, -124, -127, -130, -134, -138, -143, -148};

void iq4_nl(const float* x, Block32Fit* fits) {
  constexpr int n = 32;
  v128_t U[4][4];
  alignas(16) float largest[4];
  bool is_negative[4];
  for (int r = 0; r < 4; ++r) {
    v128_t low = wasm_v128_load(x + n * r), high = low;
    for (int i = 4; i < n; i += 4) {
      const v128_t v = wasm_v128_load(x + n * r + i);
      low = wasm_f32x4_pmin(low, v);
      high = wasm_f32x4_pmax(high, v);
    }
    const float above = highest(high), below = -lowest(low);
    is_negative[r] = below > above;
    largest[r] = is_negative[r] ? below : above;
    const float factor = largest[r] > 1e-30f ? full_scale / largest[r] : 0.0f;
    const v128_t signed_factor = wasm_f32x4_splat(is_negative[r] ? -factor : factor);
    for (int k = 0; k < 4; ++k) {
      const auto steps = [&](int i) {
        return nearest_i32(wasm_f32x4_mul(wasm_v128_load(x + n * r + i), signed_factor));
      };
      U[r][k] = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
    }
  }

  const v128_t tree = in_register(wasm_v128_load(iq4_tree.middle)), levels = in_register(wasm_v128_load(iq4_levels));
  const v128_t root = in_register(wasm_i8x16_splat(iq4_tree.middle[1])), two = in_register(wasm_i8x16_splat(2));
  const v128_t sixteen = in_register(wasm_i8x16_splat(16));
  v128_t best_gain = wasm_f32x4_splat(0.0f), best_scale = best_gain;
  for (const int16_t divisor : iq4_divisors) {
    const v128_t t = wasm_i16x8_splat(divisor);
    v128_t A[4], B[4];
    for (int r = 0; r < 4; ++r) {
      NIBBLE_UNROLL
      for (int half = 0; half < 2; ++half) {
        const v128_t first = U[r][2 * half], second = U[r][2 * half + 1];
        const v128_t y = wasm_i8x16_narrow_i16x8(wasm_i16x8_q15mulr_sat(first, t), wasm_i16x8_q15mulr_sat(second, t));
        v128_t node = wasm_i8x16_sub(two, wasm_i8x16_gt(y, root));
        for (int depth = 0; depth < 3; ++depth) {
          node = wasm_i8x16_sub(wasm_i8x16_add(node, node), wasm_i8x16_gt(y, wasm_i8x16_swizzle(tree, node)));
        }
        const v128_t level = wasm_i8x16_swizzle(levels, wasm_i8x16_sub(node, sixteen));
        const v128_t l0 = wasm_i16x8_extend_low_i8x16(level), l1 = wasm_i16x8_extend_high_i8x16(level);
        const v128_t lx = wasm_i32x4_add(wasm_i32x4_dot_i16x8(l0, first), wasm_i32x4_dot_i16x8(l1, second));
        const v128_t ll = wasm_i32x4_add(wasm_i32x4_dot_i16x8(l0, l0), wasm_i32x4_dot_i16x8(l1, l1));
        A[r] = half == 0 ? lx : wasm_i32x4_add(A[r], lx);
        B[r] = half == 0 ? ll : wasm_i32x4_add(B[r], ll);
      }
    }
    const v128_t all_A = wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3]));
    const v128_t all_B = wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3]));
    const v128_t scale = wasm_f32x4_div(all_A, all_B), gain = wasm_f32x4_mul(all_A, scale);
    const v128_t better = wasm_f32x4_gt(gain, best_gain);
    best_gain = wasm_v128_bitselect(gain, best_gain, better);
    best_scale = wasm_v128_bitselect(scale, best_scale, better);
  }

  v128_t middles[15];
  for (int k = 0; k < 15; ++k) {
    middles[k] = in_register(wasm_f32x4_splat(0.5f * static_cast<float>(iq4_levels[k] + iq4_levels[k + 1])));
  }
  alignas(16) float scales[4];
  wasm_v128_store(scales, best_scale);
  for (int r = 0; r < 4; ++r) {
    const float scale = scales[r] * (largest[r] / full_scale);
    fits[r].d = f16_from_f32(is_negative[r] ? -scale : scale);
    fits[r].m = 0;
    const float d = f32_from_f16(fits[r].d);
    const v128_t inverse = wasm_f32x4_splat(d != 0.0f ? 1.0f / d : 0.0f);
    const auto code = [&](int i) {
      const v128_t y = wasm_f32x4_mul(wasm_v128_load(x + n * r + i), inverse);
      v128_t count = wasm_i32x4_splat(0);
      NIBBLE_UNROLL
      for (int k = 0; k < 15; ++k) count = wasm_i32x4_sub(count, wasm_f32x4_ge(y, middles[k]));
      return count;
    };
    for (int i = 0; i < n; i += 16) {
      wasm_v128_store(fits[r].levels + i, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(code(i), code(i + 4)),
                                                                  wasm_i16x8_narrow_i32x4(code(i + 8), code(i + 12))));
    }
  }
}
