// Blocks of 32 with a scale and a minimum of their own: x ~ scale * level + minimum. Compiled once per kernel, after
// super_block_affine.inl, whose step 1 they use; see super_block_fits.h.

struct Q41Rule {
  static constexpr bool allows_positive_offsets = true;
  static constexpr int n = 32, N = 15;
  static constexpr int first_span = 96, span_step = 4, span_count = 12, coarse_bits = 11;
  static constexpr float first_shift = -0.45f, shift_step = 0.128f;
  static constexpr int shift_count = 8;
};
struct Q51Rule {
  static constexpr bool allows_positive_offsets = true;
  static constexpr int n = 32, N = 31;
  static constexpr int first_span = 104, span_step = 2, span_count = 20, coarse_bits = 10;
  static constexpr float first_shift = -0.48f, shift_step = 0.137f;
  static constexpr int shift_count = 8;
};

// Four consecutive blocks of 32: the best of the grid, then rounding and fitting in turn.
template <class Rule>
inline void fit_four_blocks(const float* x, Block32Fit* fits) {
  constexpr int n = Rule::n, refinements = 3;
  AffineRuns<Rule> runs;
  fit_group<Rule>(x, 0, runs);
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f), highest_level = wasm_f32x4_splat(Rule::N);
  const v128_t inverse_n = wasm_f32x4_splat(1.0f / n), low = wasm_v128_load(runs.low);
  // Offsets from the lowest weight lose nothing to cancellation.
  v128_t scale = runs.scale[0], offset = wasm_f32x4_sub(runs.offset[0], low);
  const v128_t mean = wasm_f32x4_mul(runs.mean[0], wasm_v128_load(runs.range));
  for (int round = 0; round < refinements; ++round) {
    alignas(16) float inverses[4], offsets[4];
    wasm_v128_store(inverses, wasm_v128_and(wasm_f32x4_div(one, scale), wasm_f32x4_gt(scale, zero)));
    wasm_v128_store(offsets, offset);
    v128_t q[4], qq[4], qx[4];
    for (int r = 0; r < 4; ++r) {
      const v128_t inverse = wasm_v128_load32_splat(inverses + r), start = wasm_v128_load32_splat(offsets + r);
      const v128_t base = wasm_v128_load32_splat(runs.low + r);
      q[r] = qq[r] = qx[r] = zero;
      for (int i = 0; i < n; i += 4) {
        const v128_t v = wasm_f32x4_sub(wasm_v128_load(x + n * r + i), base);
        const v128_t y = wasm_f32x4_mul(wasm_f32x4_sub(v, start), inverse);
        const v128_t level = nearest_f32(clamp_f32(y, zero, highest_level));
        q[r] = wasm_f32x4_add(q[r], level);
        qq[r] = wasm_f32x4_add(qq[r], wasm_f32x4_mul(level, level));
        qx[r] = wasm_f32x4_add(qx[r], wasm_f32x4_mul(level, v));
      }
    }
    const auto sum_of_each = [](v128_t* rows) {
      transpose4(rows[0], rows[1], rows[2], rows[3]);
      return wasm_f32x4_add(wasm_f32x4_add(rows[0], rows[1]), wasm_f32x4_add(rows[2], rows[3]));
    };
    const v128_t sum_q = sum_of_each(q), mean_q = wasm_f32x4_mul(sum_q, inverse_n);
    const v128_t covariance = wasm_f32x4_sub(sum_of_each(qx), wasm_f32x4_mul(mean, sum_q));
    const v128_t variance = wasm_f32x4_sub(sum_of_each(qq), wasm_f32x4_mul(mean_q, sum_q));
    const v128_t solvable = wasm_v128_and(wasm_f32x4_gt(variance, wasm_f32x4_splat(0.5f)), wasm_f32x4_gt(covariance, zero));
    const v128_t slope = wasm_f32x4_div(covariance, variance);
    scale = wasm_v128_bitselect(slope, scale, solvable);
    offset = wasm_v128_bitselect(wasm_f32x4_sub(mean, wasm_f32x4_mul(slope, mean_q)), offset, solvable);
  }
  alignas(16) float scales[4], offsets[4];
  wasm_v128_store(scales, scale);
  wasm_v128_store(offsets, wasm_f32x4_add(offset, low));
  const v128_t magic = wasm_f32x4_splat(12582912.0f), low_byte = wasm_i32x4_splat(0xFF);
  for (int r = 0; r < 4; ++r) {
    fits[r].d = f16_from_f32(scales[r]);
    fits[r].m = f16_from_f32(offsets[r]);
    const float d = f32_from_f16(fits[r].d);
    const v128_t inverse = wasm_f32x4_splat(inverse_or_zero(d)), start = wasm_f32x4_splat(f32_from_f16(fits[r].m));
    const auto level = [&](int i) {
      const v128_t y = wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + n * r + i), start), inverse);
      return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, zero, highest_level), magic), low_byte);
    };
    for (int i = 0; i < n; i += 16) {
      wasm_v128_store(fits[r].levels + i, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(level(i), level(i + 4)),
                                                                  wasm_i16x8_narrow_i32x4(level(i + 8), level(i + 12))));
    }
  }
}

void q4_1(const float* x, Block32Fit* fits) { fit_four_blocks<Q41Rule>(x, fits); }
void q5_1(const float* x, Block32Fit* fits) { fit_four_blocks<Q51Rule>(x, fits); }
