// Step 1 for four blocks of 32 with a scale and a minimum. Compiled once per kernel; see super_block_fits.h.

template <class Rule>
struct AffineTables {
  // Per span: what one step of u (of 2^-10) counts in fractions of a level, and what is added before the shift is taken
  // off again; per shift: what is taken off. Eight copies each, as a vector.
  alignas(16) int16_t span[Rule::span_count][8], bias[Rule::span_count][8];
  alignas(16) int16_t less[Rule::span_count][Rule::shift_count][8];
  constexpr AffineTables() : span{}, bias{}, less{} {
    const float one = static_cast<float>(1 << Rule::coarse_bits);
    for (int t = 0; t < Rule::span_count; ++t) {
      const int quarters = Rule::first_span + t * Rule::span_step;
      const float T = static_cast<float>(quarters) * 256.0f / one;
      // floor(u T + middle + shift + 1/2): the largest sum first, so that only unsigned differences are left.
      const float middle = (static_cast<float>(Rule::N) - T) / 2.0f + 0.5f;
      const float most = middle + Rule::first_shift + Rule::shift_step * static_cast<float>(Rule::shift_count - 1);
      const float added = most > 0.0f ? most : 0.0f;
      for (int lane = 0; lane < 8; ++lane) {
        span[t][lane] = static_cast<int16_t>(quarters / 4);
        bias[t][lane] = static_cast<int16_t>(added * one);
      }
      for (int k = 0; k < Rule::shift_count; ++k) {
        const float shift = middle + Rule::first_shift + Rule::shift_step * static_cast<float>(k);
        for (int lane = 0; lane < 8; ++lane) less[t][k][lane] = static_cast<int16_t>((added - shift) * one);
      }
    }
  }
};
template <class Rule>
constexpr AffineTables<Rule> affine_tables;

// The runs of a super-block, four in each vector.
template <class Rule>
struct AffineRuns {
  static constexpr int count = 256 / Rule::n, groups = count / 4;
  alignas(16) int16_t u[256];               // (x - low) / range in steps of 1 / full_scale
  alignas(16) float low[count], range[count];
  v128_t mean[groups];                      // of u
  v128_t scale[groups], offset[groups];     // each run's own fit, in units of x
  v128_t qq[groups], q[groups];             // sum p^2 and sum p of its levels
};

// sum p in steps of -2^15 and sum p^2 below it: both from one product with p - 2^15.
inline v128_t squares_of(v128_t packed) {
  return wasm_f32x4_convert_i32x4(wasm_v128_and(packed, wasm_i32x4_splat(0x7FFF)));
}
inline v128_t sums_of(v128_t packed) { return wasm_f32x4_convert_i32x4(wasm_i32x4_neg(wasm_i32x4_shr(packed, 15))); }

// The least-squares fit of four choices of levels. `most` is the largest offset allowed (for an offset in units of x of
// at most 0); gain is what the fit takes off the squared deviations from the mean.
struct AffineFit {
  v128_t gain, slope, offset;
};
inline AffineFit fit_levels(v128_t A, v128_t B, v128_t Q, v128_t mean, v128_t most, float n) {
  const v128_t count = wasm_f32x4_splat(n), mean_q = wasm_f32x4_mul(Q, wasm_f32x4_splat(1.0f / n));
  const v128_t covariance = wasm_f32x4_sub(A, wasm_f32x4_mul(mean, Q));
  const v128_t variance = wasm_f32x4_sub(B, wasm_f32x4_mul(mean_q, Q));
  const v128_t free_slope = wasm_f32x4_div(covariance, variance);
  const v128_t free_offset = wasm_f32x4_sub(mean, wasm_f32x4_mul(free_slope, mean_q));
  const v128_t allowed = wasm_f32x4_le(free_offset, most);
  // An offset that is not allowed becomes the largest one that is, and the scale is fitted alone.
  const v128_t rest = wasm_f32x4_sub(A, wasm_f32x4_mul(most, Q)), slope = wasm_f32x4_div(rest, B);
  const v128_t off = wasm_f32x4_sub(mean, most);
  const v128_t gain = wasm_f32x4_sub(wasm_f32x4_mul(rest, slope), wasm_f32x4_mul(wasm_f32x4_mul(off, off), count));
  return {wasm_v128_bitselect(wasm_f32x4_mul(covariance, free_slope), gain, allowed),
          wasm_v128_bitselect(free_slope, slope, allowed), wasm_v128_bitselect(free_offset, most, allowed)};
}

// Step 1 for the four runs of group g.
template <class Rule>
inline void fit_group(const float* x, int g, AffineRuns<Rule>& runs) {
  constexpr int n = Rule::n, vectors = n / 8;
  constexpr const AffineTables<Rule>& tables = affine_tables<Rule>;
  const v128_t zero = wasm_f32x4_splat(0.0f);
  x += 4 * n * g;

  v128_t low[4], high[4];
  for (int r = 0; r < 4; ++r) {
    low[r] = high[r] = wasm_v128_load(x + n * r);
    for (int i = 4; i < n; i += 4) {
      const v128_t v = wasm_v128_load(x + n * r + i);
      low[r] = wasm_f32x4_pmin(low[r], v);
      high[r] = wasm_f32x4_pmax(high[r], v);
    }
  }
  transpose4(low[0], low[1], low[2], low[3]);
  transpose4(high[0], high[1], high[2], high[3]);
  v128_t least = wasm_f32x4_pmin(wasm_f32x4_pmin(low[0], low[1]), wasm_f32x4_pmin(low[2], low[3]));
  if (!Rule::allows_positive_offsets) least = wasm_f32x4_pmin(least, zero);
  const v128_t most = wasm_f32x4_pmax(wasm_f32x4_pmax(high[0], high[1]), wasm_f32x4_pmax(high[2], high[3]));
  const v128_t range = wasm_f32x4_sub(most, least);
  const v128_t has_range = wasm_f32x4_gt(range, wasm_f32x4_splat(1e-30f));
  const v128_t inverse = wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), range), has_range);
  alignas(16) float factors[4];
  wasm_v128_store(factors, wasm_f32x4_mul(inverse, wasm_f32x4_splat(full_scale)));
  wasm_v128_store(runs.low + 4 * g, least);
  wasm_v128_store(runs.range + 4 * g, range);

  v128_t sums[4], best_gain[4], best_A[4], best_packed[4];
  const v128_t ones = wasm_i16x8_splat(1);
  for (int r = 0; r < 4; ++r) {
    int16_t* u = runs.u + n * (4 * g + r);
    const v128_t factor = wasm_v128_load32_splat(factors + r), base = wasm_v128_load32_splat(runs.low + 4 * g + r);
    v128_t sum = wasm_i32x4_splat(0);
    for (int k = 0; k < vectors; ++k) {
      const auto steps = [&](int i) {
        return nearest_i32(wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + n * r + i), base), factor));
      };
      const v128_t fine = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
      wasm_v128_store(u + 8 * k, fine);
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(fine, ones));
    }
    sums[r] = sum;
  }
  const v128_t mean = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(sums[0], sums[1], sums[2], sums[3])),
                                     wasm_f32x4_splat(1.0f / (n * full_scale)));
  runs.mean[g] = mean;
  // In units of the range: the offset that leaves nothing below zero.
  const v128_t most_offset = Rule::allows_positive_offsets ? wasm_f32x4_splat(std::numeric_limits<float>::max())
                                                           : wasm_f32x4_mul(wasm_f32x4_neg(least), inverse);
  alignas(16) float means[4], most_offsets[4];
  wasm_v128_store(means, mean);
  wasm_v128_store(most_offsets, most_offset);

  const v128_t top = in_register(wasm_i16x8_splat(Rule::N));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  const v128_t unit = in_register(wasm_f32x4_splat(1.0f / full_scale));
  for (int r = 0; r < 4; ++r) {
    v128_t fine[vectors], coarse[vectors], quarters[4][vectors];
    NIBBLE_UNROLL
    for (int k = 0; k < vectors; ++k) {
      fine[k] = wasm_v128_load(runs.u + n * (4 * g + r) + 8 * k);
      coarse[k] = wasm_u16x8_shr(wasm_i16x8_add(fine[k], wasm_i16x8_splat(16)), 5);
      const v128_t quarter = wasm_u16x8_shr(coarse[k], 2);
      quarters[0][k] = wasm_i16x8_splat(0);
      for (int q = 1; q < 4; ++q) quarters[q][k] = wasm_i16x8_add(quarters[q - 1][k], quarter);
    }
    const v128_t own_mean = wasm_v128_load32_splat(means + r), own_most = wasm_v128_load32_splat(most_offsets + r);
    v128_t gain = wasm_f32x4_splat(0.0f), kept_A = wasm_i32x4_splat(0), kept_packed = kept_A;
    for (int t = 0; t < Rule::span_count; ++t) {
      const v128_t span = wasm_v128_load(tables.span[t]), bias = wasm_v128_load(tables.bias[t]);
      v128_t placed[vectors];
      NIBBLE_UNROLL
      for (int k = 0; k < vectors; ++k) {
        placed[k] = wasm_i16x8_add(wasm_i16x8_mul(coarse[k], span),
                                   wasm_i16x8_add(quarters[(Rule::first_span + t * Rule::span_step) % 4][k], bias));
      }
      for (int first = 0; first < Rule::shift_count; first += 4) {
        v128_t A[4], packed[4];
        NIBBLE_UNROLL
        for (int c = 0; c < 4; ++c) {
          const v128_t less = wasm_v128_load(tables.less[t][first + c]);
          NIBBLE_UNROLL
          for (int k = 0; k < vectors; ++k) {
            const v128_t p =
                wasm_i16x8_min(wasm_u16x8_shr(wasm_u16x8_sub_sat(placed[k], less), Rule::coarse_bits), top);
            const v128_t px = wasm_i32x4_dot_i16x8(p, fine[k]);
            const v128_t pp = wasm_i32x4_dot_i16x8(p, wasm_v128_or(p, mark));
            A[c] = k == 0 ? px : wasm_i32x4_add(A[c], px);
            packed[c] = k == 0 ? pp : wasm_i32x4_add(packed[c], pp);
          }
        }
        const v128_t all_A = lane_sums(A[0], A[1], A[2], A[3]);
        const v128_t all_packed = lane_sums(packed[0], packed[1], packed[2], packed[3]);
        const AffineFit fit =
            fit_levels(wasm_f32x4_mul(wasm_f32x4_convert_i32x4(all_A), unit),
                       squares_of(all_packed), sums_of(all_packed), own_mean, own_most, n);
        const v128_t better = wasm_f32x4_gt(fit.gain, gain);
        gain = wasm_v128_bitselect(fit.gain, gain, better);
        kept_A = wasm_v128_bitselect(all_A, kept_A, better);
        kept_packed = wasm_v128_bitselect(all_packed, kept_packed, better);
      }
    }
    best_gain[r] = gain;
    best_A[r] = kept_A;
    best_packed[r] = kept_packed;
  }

  // The best of every run's four lanes.
  transpose4(best_gain[0], best_gain[1], best_gain[2], best_gain[3]);
  transpose4(best_A[0], best_A[1], best_A[2], best_A[3]);
  transpose4(best_packed[0], best_packed[1], best_packed[2], best_packed[3]);
  for (int lane = 1; lane < 4; ++lane) {
    const v128_t better = wasm_f32x4_gt(best_gain[lane], best_gain[0]);
    best_gain[0] = wasm_v128_bitselect(best_gain[lane], best_gain[0], better);
    best_A[0] = wasm_v128_bitselect(best_A[lane], best_A[0], better);
    best_packed[0] = wasm_v128_bitselect(best_packed[lane], best_packed[0], better);
  }
  const v128_t qq = squares_of(best_packed[0]), q = sums_of(best_packed[0]);
  const AffineFit fit = fit_levels(wasm_f32x4_mul(wasm_f32x4_convert_i32x4(best_A[0]), wasm_f32x4_splat(1.0f / full_scale)),
                                   qq, q, mean, most_offset, n);
  // Where no candidate has a gain, all weights are taken for their mean.
  const v128_t found = wasm_f32x4_gt(best_gain[0], zero);
  const v128_t flat_offset = wasm_f32x4_pmin(mean, most_offset);
  runs.scale[g] = wasm_f32x4_mul(wasm_v128_and(fit.slope, found), range);
  runs.offset[g] =
      wasm_f32x4_add(least, wasm_f32x4_mul(wasm_v128_bitselect(fit.offset, flat_offset, found), range));
  runs.qq[g] = qq;
  runs.q[g] = q;
}
