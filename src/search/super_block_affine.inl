// Super-blocks with a scale and a minimum per run: x ~ scale * level - minimum. Compiled once per kernel; see
// super_block_fits.h for the steps.

// A rule has n (weights per run), N (highest level), S (highest code of a scale or minimum) and its grids:
//   spans: T = (first_span + k * span_step) * 2^(8 - coarse_bits), k < span_count, levels = u * T;
//   shifts: (first_shift + k * shift_step) levels off the middle, k < shift_count (a multiple of 4);
//   fixed_bits: fraction of levels in step 3;
//   multiples of the smallest d and dmin that reach every run (step 2), and how often 3 and 4 run.
struct Q4KRule {
  static constexpr bool allows_positive_offsets = false;
  static constexpr int n = 32, N = 15, S = 63;
  static constexpr int first_span = 100, span_step = 4, span_count = 8, coarse_bits = 11, fixed_bits = 10;
  static constexpr float first_shift = -0.36f, shift_step = 0.24f;
  static constexpr int shift_count = 4;
  static constexpr int scale_count = 12, minimum_count = 8;
  static constexpr float first_multiple = 0.985f, scale_step = 0.0068f, minimum_step = 0.0107f;
  static constexpr int rounds = 1;
};
struct Q5KRule {
  static constexpr bool allows_positive_offsets = false;
  static constexpr int n = 32, N = 31, S = 63;
  static constexpr int first_span = 112, span_step = 4, span_count = 7, coarse_bits = 10, fixed_bits = 9;
  static constexpr float first_shift = -0.42f, shift_step = 0.12f;
  static constexpr int shift_count = 8;
  static constexpr int scale_count = 12, minimum_count = 8;
  static constexpr float first_multiple = 0.985f, scale_step = 0.0068f, minimum_step = 0.0107f;
  static constexpr int rounds = 2;
};
struct Q2KRule {
  static constexpr bool allows_positive_offsets = false;
  static constexpr int n = 16, N = 3, S = 15;
  static constexpr int first_span = 32, span_step = 4, span_count = 8, coarse_bits = 12, fixed_bits = 12;
  static constexpr float first_shift = -0.3f, shift_step = 0.2f;
  static constexpr int shift_count = 4;
  static constexpr int scale_count = 12, minimum_count = 8;
  static constexpr float first_multiple = 0.92f, scale_step = 0.0436f, minimum_step = 0.0685f;
  static constexpr int rounds = 2;
};

constexpr float full_scale = 32767.0f;  // u = 1

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

inline float stored_half(float v) { return f32_from_f16(f16_from_f32(v)); }
inline float inverse_or_zero(float v) { return v > 0.0f ? 1.0f / v : 0.0f; }

// Step 2.
template <class Rule>
inline void scan_multiples(const AffineRuns<Rule>& runs, float& best_d, float& best_dmin) {
  constexpr int groups = AffineRuns<Rule>::groups;
  static_assert(Rule::minimum_count % 4 == 0);
  v128_t most_scale = wasm_f32x4_splat(0.0f), most_minimum = most_scale;
  for (int g = 0; g < groups; ++g) {
    most_scale = wasm_f32x4_pmax(most_scale, runs.scale[g]);
    most_minimum = wasm_f32x4_pmax(most_minimum, wasm_f32x4_neg(runs.offset[g]));
  }
  const float smallest_d = highest(most_scale) / Rule::S, smallest_dmin = highest(most_minimum) / Rule::S;
  float dmins[Rule::minimum_count], inverse_dmins[Rule::minimum_count];
  for (int b = 0; b < Rule::minimum_count; ++b) {
    dmins[b] = stored_half(smallest_dmin * (Rule::first_multiple + Rule::minimum_step * static_cast<float>(b)));
    inverse_dmins[b] = inverse_or_zero(dmins[b]);
  }
  const v128_t zero = wasm_f32x4_splat(0.0f), top = in_register(wasm_f32x4_splat(Rule::S));
  const v128_t half = in_register(wasm_f32x4_splat(0.5f)), weight = in_register(wasm_f32x4_splat(Rule::n));
  float best = 0;
  best_d = best_dmin = 0;
  for (int a = 0; a < Rule::scale_count; ++a) {
    const float d = stored_half(smallest_d * (Rule::first_multiple + Rule::scale_step * static_cast<float>(a)));
    const v128_t step = wasm_f32x4_splat(d), inverse = wasm_f32x4_splat(inverse_or_zero(d));
    // For the two codes around each run's scale: what it costs by itself, how it pulls at the offset.
    v128_t fixed_cost[2][groups], pull[2][groups], wanted[2][groups];
    for (int g = 0; g < groups; ++g) {
      const v128_t below =
          clamp_f32(nearest_f32(wasm_f32x4_sub(wasm_f32x4_mul(runs.scale[g], inverse), half)), zero, top);
      const v128_t mean_q = wasm_f32x4_mul(runs.q[g], wasm_f32x4_splat(1.0f / Rule::n));
      for (int up = 0; up < 2; ++up) {
        const v128_t code = up ? wasm_f32x4_pmin(wasm_f32x4_add(below, wasm_f32x4_splat(1.0f)), top) : below;
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), runs.scale[g]);
        fixed_cost[up][g] = wasm_f32x4_mul(wasm_f32x4_mul(runs.qq[g], off), off);
        pull[up][g] = wasm_f32x4_mul(wasm_f32x4_add(runs.q[g], runs.q[g]), off);
        wanted[up][g] = wasm_f32x4_sub(wasm_f32x4_mul(mean_q, off), runs.offset[g]);
      }
    }
    for (int first = 0; first < Rule::minimum_count; first += 4) {
      v128_t costs[4];
      for (int b = 0; b < 4; ++b) {
        const v128_t dmin = wasm_v128_load32_splat(dmins + first + b);
        const v128_t inverse_dmin = wasm_v128_load32_splat(inverse_dmins + first + b);
        v128_t cost = zero;
        for (int g = 0; g < groups; ++g) {
          v128_t each[2];
          for (int up = 0; up < 2; ++up) {
            const v128_t code = clamp_f32(nearest_f32(wasm_f32x4_mul(wanted[up][g], inverse_dmin)), zero, top);
            const v128_t off = wasm_f32x4_neg(wasm_f32x4_add(wasm_f32x4_mul(code, dmin), runs.offset[g]));
            each[up] = wasm_f32x4_add(
                fixed_cost[up][g],
                wasm_f32x4_mul(off, wasm_f32x4_add(pull[up][g], wasm_f32x4_mul(weight, off))));
          }
          cost = wasm_f32x4_add(cost, wasm_f32x4_pmin(each[0], each[1]));
        }
        costs[b] = cost;
      }
      transpose4(costs[0], costs[1], costs[2], costs[3]);
      alignas(16) float sums[4];
      wasm_v128_store(sums, wasm_f32x4_add(wasm_f32x4_add(costs[0], costs[1]), wasm_f32x4_add(costs[2], costs[3])));
      for (int b = 0; b < 4; ++b) {
        if ((a == 0 && first + b == 0) || sums[b] < best) {
          best = sums[b];
          best_d = d;
          best_dmin = dmins[first + b];
        }
      }
    }
  }
}

// What a choice of codes adds to the normal equations of (d, dmin), summed over runs.
struct NormalSums {
  v128_t scale_scale, scale_minimum, minimum_minimum, scale_x, minimum_x;
};

// Step 3 for the four runs of group g: the codes of scale and minimum with the lowest error under d and dmin.
template <class Rule>
inline void assign_group(const AffineRuns<Rule>& runs, int g, float d, float dmin, v128_t& best_code,
                         v128_t& best_minimum, NormalSums& normal) {
  constexpr int n = Rule::n, vectors = n / 8, tries = 8;
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f), half = wasm_f32x4_splat(0.5f);
  const v128_t top = wasm_f32x4_splat(Rule::S), weight = wasm_f32x4_splat(n);
  const v128_t unit = wasm_f32x4_splat(1 << Rule::fixed_bits), fixed_most = wasm_f32x4_splat(32767.0f);
  const v128_t low = wasm_v128_load(runs.low + 4 * g), range = wasm_v128_load(runs.range + 4 * g);
  const v128_t scale = runs.scale[g], offset = runs.offset[g];
  const v128_t mean_q = wasm_f32x4_mul(runs.q[g], wasm_f32x4_splat(1.0f / n));
  const v128_t below = nearest_f32(wasm_f32x4_sub(wasm_f32x4_mul(scale, wasm_f32x4_splat(inverse_or_zero(d))), half));
  const v128_t inverse_dmin = wasm_f32x4_splat(inverse_or_zero(dmin));

  v128_t code[tries], minimum[tries];
  alignas(16) int32_t spans[tries][4], starts[tries][4];
  for (int a = 0; a < 4; ++a) {
    const v128_t own = clamp_f32(wasm_f32x4_add(below, wasm_f32x4_splat(static_cast<float>(a - 1))), zero, top);
    const v128_t step = wasm_f32x4_mul(own, wasm_f32x4_splat(d));
    const v128_t inverse = wasm_v128_and(wasm_f32x4_div(one, step), wasm_f32x4_gt(step, zero));
    const v128_t span = wasm_f32x4_pmin(wasm_f32x4_mul(wasm_f32x4_mul(range, inverse), unit), fixed_most);
    const v128_t wanted = wasm_f32x4_mul(
        wasm_f32x4_sub(wasm_f32x4_mul(mean_q, wasm_f32x4_sub(step, scale)), offset), inverse_dmin);
    const v128_t minimum_below = nearest_f32(wasm_f32x4_sub(wanted, half));
    for (int up = 0; up < 2; ++up) {
      const int k = 2 * a + up;
      code[k] = own;
      minimum[k] = clamp_f32(up ? wasm_f32x4_add(minimum_below, one) : minimum_below, zero, top);
      const v128_t lift = wasm_f32x4_add(wasm_f32x4_mul(minimum[k], wasm_f32x4_splat(dmin)), low);
      const v128_t start = wasm_f32x4_mul(wasm_f32x4_add(wasm_f32x4_mul(lift, inverse), half), unit);
      wasm_v128_store(spans[k], nearest_i32(span));
      wasm_v128_store(starts[k], nearest_i32(clamp_f32(start, wasm_f32x4_neg(fixed_most), fixed_most)));
    }
  }

  const v128_t none = wasm_i16x8_splat(0), highest_level = in_register(wasm_i16x8_splat(Rule::N));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  v128_t best = wasm_f32x4_splat(3e38f), kept_A = zero, kept_B = zero, kept_Q = zero;
  best_code = best_minimum = zero;
  for (int k = 0; k < tries; ++k) {
    v128_t A[4], packed[4];
    NIBBLE_UNROLL
    for (int r = 0; r < 4; ++r) {
      const v128_t span = wasm_i16x8_splat(static_cast<int16_t>(spans[k][r]));
      const v128_t start = wasm_i16x8_splat(static_cast<int16_t>(starts[k][r]));
      NIBBLE_UNROLL
      for (int v = 0; v < vectors; ++v) {
        const v128_t u = wasm_v128_load(runs.u + n * (4 * g + r) + 8 * v);
        const v128_t placed = wasm_i16x8_add_sat(wasm_i16x8_q15mulr_sat(u, span), start);
        const v128_t p = wasm_i16x8_min(wasm_i16x8_max(wasm_i16x8_shr(placed, Rule::fixed_bits), none), highest_level);
        const v128_t px = wasm_i32x4_dot_i16x8(p, u), pp = wasm_i32x4_dot_i16x8(p, wasm_v128_or(p, mark));
        A[r] = v == 0 ? px : wasm_i32x4_add(A[r], px);
        packed[r] = v == 0 ? pp : wasm_i32x4_add(packed[r], pp);
      }
    }
    const v128_t all_packed = lane_sums(packed[0], packed[1], packed[2], packed[3]);
    const v128_t all_A = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3])),
                                        wasm_f32x4_splat(1.0f / full_scale));
    const v128_t B = squares_of(all_packed), Q = sums_of(all_packed);
    // With v = range * u and m = -(low + minimum): sum (v - step p - m)^2 less sum v^2.
    const v128_t step = wasm_f32x4_mul(code[k], wasm_f32x4_splat(d));
    const v128_t m = wasm_f32x4_neg(wasm_f32x4_add(low, wasm_f32x4_mul(minimum[k], wasm_f32x4_splat(dmin))));
    const v128_t in_step = wasm_f32x4_sub(
        wasm_f32x4_add(wasm_f32x4_mul(step, B), wasm_f32x4_mul(wasm_f32x4_add(m, m), Q)),
        wasm_f32x4_mul(wasm_f32x4_add(range, range), all_A));
    const v128_t deviation = wasm_f32x4_sub(m, wasm_f32x4_mul(wasm_f32x4_add(range, range), runs.mean[g]));
    const v128_t error = wasm_f32x4_add(wasm_f32x4_mul(step, in_step), wasm_f32x4_mul(wasm_f32x4_mul(weight, m), deviation));
    const v128_t better = wasm_f32x4_lt(error, best);
    best = wasm_v128_bitselect(error, best, better);
    best_code = wasm_v128_bitselect(code[k], best_code, better);
    best_minimum = wasm_v128_bitselect(minimum[k], best_minimum, better);
    kept_A = wasm_v128_bitselect(all_A, kept_A, better);
    kept_B = wasm_v128_bitselect(B, kept_B, better);
    kept_Q = wasm_v128_bitselect(Q, kept_Q, better);
  }

  const auto add = [](v128_t& sum, v128_t a, v128_t b) { sum = wasm_f32x4_add(sum, wasm_f32x4_mul(a, b)); };
  const v128_t qx = wasm_f32x4_add(wasm_f32x4_mul(low, kept_Q), wasm_f32x4_mul(range, kept_A));
  const v128_t sum_x = wasm_f32x4_mul(weight, wasm_f32x4_add(low, wasm_f32x4_mul(range, runs.mean[g])));
  add(normal.scale_scale, wasm_f32x4_mul(best_code, best_code), kept_B);
  add(normal.scale_minimum, wasm_f32x4_mul(best_code, best_minimum), kept_Q);
  add(normal.minimum_minimum, wasm_f32x4_mul(best_minimum, best_minimum), weight);
  add(normal.scale_x, best_code, qx);
  add(normal.minimum_x, best_minimum, sum_x);
}

// Step 4: sum (x - d a q + dmin c)^2 is a parabola in (d, dmin) for fixed codes.
inline void refit(const NormalSums& normal, float& d, float& dmin) {
  const double ss = total(normal.scale_scale), sm = total(normal.scale_minimum), mm = total(normal.minimum_minimum);
  const double sx = total(normal.scale_x), mx = total(normal.minimum_x);
  const double determinant = ss * mm - sm * sm;
  float new_d = d, new_dmin = dmin;
  if (determinant > 1e-6 * ss * mm) {
    new_d = stored_half(static_cast<float>((sx * mm - sm * mx) / determinant));
    new_dmin = stored_half(static_cast<float>((sm * sx - ss * mx) / determinant));
  } else if (ss > 0) {
    new_d = stored_half(static_cast<float>((sx + dmin * sm) / ss));
  }
  if (new_d > 0 && new_dmin >= 0 && new_d < 65505.0f && new_dmin < 65505.0f) {
    d = new_d;
    dmin = new_dmin;
  }
}

template <class Rule>
inline bool fit_affine(const float* x, SuperBlockFit& fit) {
  constexpr int n = Rule::n, groups = AffineRuns<Rule>::groups;
  AffineRuns<Rule> runs;
  for (int g = 0; g < groups; ++g) fit_group<Rule>(x, g, runs);
  v128_t widest = wasm_f32x4_splat(0.0f);
  for (int g = 0; g < groups; ++g) widest = wasm_f32x4_pmax(widest, wasm_v128_load(runs.range + 4 * g));
  const float most_range = highest(widest);
  if (!(most_range > 1e-12f && most_range < 1e9f)) return false;

  float d, dmin;
  scan_multiples<Rule>(runs, d, dmin);
  if (!(d < 65505.0f && dmin < 65505.0f)) return false;
  v128_t codes[groups], minima[groups];
  for (int round = 0; round < Rule::rounds; ++round) {
    NormalSums normal;
    normal.scale_scale = normal.scale_minimum = normal.minimum_minimum = normal.scale_x = normal.minimum_x =
        wasm_f32x4_splat(0.0f);
    for (int g = 0; g < groups; ++g) assign_group<Rule>(runs, g, d, dmin, codes[g], minima[g], normal);
    refit(normal, d, dmin);
  }

  fit.d = f16_from_f32(d);
  fit.dmin = f16_from_f32(dmin);
  const v128_t zero = wasm_f32x4_splat(0.0f), highest_level = in_register(wasm_f32x4_splat(Rule::N));
  const v128_t magic = in_register(wasm_f32x4_splat(12582912.0f)), low_byte = in_register(wasm_i32x4_splat(0xFF));
  for (int g = 0; g < groups; ++g) {
    const v128_t step = wasm_f32x4_mul(codes[g], wasm_f32x4_splat(d));
    alignas(16) float inverses[4], lifts[4];
    wasm_v128_store(inverses, wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), step), wasm_f32x4_gt(step, zero)));
    wasm_v128_store(lifts, wasm_f32x4_mul(minima[g], wasm_f32x4_splat(dmin)));
    alignas(16) int32_t scale_codes[4], minimum_codes[4];
    wasm_v128_store(scale_codes, nearest_i32(codes[g]));
    wasm_v128_store(minimum_codes, nearest_i32(minima[g]));
    for (int r = 0; r < 4; ++r) {
      const int j = 4 * g + r;
      fit.scale[j] = static_cast<int16_t>(scale_codes[r]);
      fit.minimum[j] = static_cast<int16_t>(minimum_codes[r]);
      const v128_t inverse = wasm_v128_load32_splat(inverses + r), lift = wasm_v128_load32_splat(lifts + r);
      const auto level = [&](int i) {
        const v128_t y = wasm_f32x4_mul(wasm_f32x4_add(wasm_v128_load(x + n * j + i), lift), inverse);
        return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, zero, highest_level), magic), low_byte);
      };
      for (int i = 0; i < n; i += 16) {
        wasm_v128_store(fit.levels + n * j + i,
                        wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(level(i), level(i + 4)),
                                                wasm_i16x8_narrow_i32x4(level(i + 8), level(i + 12))));
      }
    }
  }
  return true;
}

bool q2_k(const float* x, SuperBlockFit& fit) { return fit_affine<Q2KRule>(x, fit); }
bool q4_k(const float* x, SuperBlockFit& fit) { return fit_affine<Q4KRule>(x, fit); }
bool q5_k(const float* x, SuperBlockFit& fit) { return fit_affine<Q5KRule>(x, fit); }
