// Super-blocks with a signed scale per run: x ~ scale * level, levels -N .. N-1. Compiled once per kernel; see
// super_block_fits.h for the steps. Levels are searched by magnitude: "long" is the sign of the scale that gives the
// largest weight the side that reaches N, "short" the other one. While T stays below N - 1/2 both are the same.

// A rule has n (weights per run), N, S (codes of scales are -S .. S-1) and its grids: candidates T = spans[k] *
// 2^(8 - coarse_bits), the first long_count of them long, all in multiples of four; the fraction of step 3; multiples of
// the smallest d that reaches every run; how often steps 3 and 4 run.
struct Q6KRule {
  static constexpr int n = 16, N = 32, S = 128;
  static constexpr int spans[24] = {104, 108, 111, 112, 113, 115, 116, 117, 119, 120, 121, 123,
                                    124, 125, 128, 129, 132, 136, 137, 140, 128, 129, 132, 136};
  static constexpr int span_count = 24, long_count = 20, coarse_bits = 10, fixed_bits = 9;
  static constexpr int scale_count = 16, tries = 4;
  static constexpr float first_multiple = 0.985f, scale_step = 0.008f;
  static constexpr int rounds = 1;
};
struct Q3KRule {
  static constexpr int n = 16, N = 4, S = 32;
  static constexpr int spans[12] = {92, 104, 112, 120, 128, 136, 148, 160, 116, 124, 136, 152};
  static constexpr int span_count = 12, long_count = 8, coarse_bits = 13, fixed_bits = 12;
  static constexpr int scale_count = 24, tries = 4;
  static constexpr float first_multiple = 0.95f, scale_step = 0.0109f;
  static constexpr int rounds = 1;
};

template <class Rule>
struct SymmetricTables {
  alignas(16) int16_t span[Rule::span_count][8];  // T without its quarters
  int quarter[Rule::span_count];
  constexpr SymmetricTables() : span{}, quarter{} {
    for (int k = 0; k < Rule::span_count; ++k) {
      quarter[k] = Rule::spans[k] % 4;
      for (int lane = 0; lane < 8; ++lane) span[k][lane] = static_cast<int16_t>(Rule::spans[k] / 4);
    }
  }
};
template <class Rule>
constexpr SymmetricTables<Rule> symmetric_tables;

// The runs of a super-block, four in each vector.
template <class Rule>
struct SymmetricRuns {
  static constexpr int count = 256 / Rule::n, groups = count / 4;
  alignas(16) int16_t u[256];         // |x| / largest in steps of 1 / full_scale
  alignas(16) int16_t limit[2][256];  // the highest magnitude of the level, long and short
  v128_t largest[groups];             // max|x|
  v128_t sign[groups];                // the sign bit of the weight it belongs to
  v128_t scale[groups], qq[groups];   // each run's own fit, in units of x; sum p^2 of its levels
};

// Step 1 for the four runs of group g.
template <class Rule>
inline void fit_group(const float* x, int g, SymmetricRuns<Rule>& runs) {
  constexpr int n = Rule::n, vectors = n / 8;
  constexpr const SymmetricTables<Rule>& tables = symmetric_tables<Rule>;
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
  const v128_t below = wasm_f32x4_neg(wasm_f32x4_pmin(wasm_f32x4_pmin(low[0], low[1]), wasm_f32x4_pmin(low[2], low[3])));
  const v128_t above = wasm_f32x4_pmax(wasm_f32x4_pmax(high[0], high[1]), wasm_f32x4_pmax(high[2], high[3]));
  const v128_t negative = wasm_f32x4_gt(below, above);
  const v128_t largest = wasm_v128_bitselect(below, above, negative);
  const v128_t sign_bit = wasm_i32x4_splat(static_cast<int>(0x80000000u));
  runs.largest[g] = largest;
  runs.sign[g] = wasm_v128_and(negative, sign_bit);
  const v128_t has_weights = wasm_f32x4_gt(largest, wasm_f32x4_splat(1e-30f));
  alignas(16) float factors[4];
  alignas(16) int32_t signs[4];
  wasm_v128_store(factors,
                  wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(full_scale), largest), has_weights));
  wasm_v128_store(signs, runs.sign[g]);

  const v128_t long_limit = wasm_i16x8_splat(Rule::N), short_limit = wasm_i16x8_splat(Rule::N - 1);
  const v128_t rounding = in_register(wasm_i16x8_splat(1 << (Rule::coarse_bits - 1)));
  const v128_t sign_of_side[2] = {wasm_i32x4_splat(0), sign_bit};
  v128_t best_gain[4], best_A[4], best_B[4];
  for (int r = 0; r < 4; ++r) {
    const int at = n * (4 * g + r);
    const v128_t factor = wasm_v128_load32_splat(factors + r), flip = wasm_v128_load32_splat(signs + r);
    v128_t fine[vectors], coarse[vectors], quarters[4][vectors], limit[2][vectors];
    NIBBLE_UNROLL
    for (int k = 0; k < vectors; ++k) {
      const v128_t first = wasm_v128_load(x + n * r + 8 * k), second = wasm_v128_load(x + n * r + 8 * k + 4);
      fine[k] = wasm_i16x8_narrow_i32x4(nearest_i32(wasm_f32x4_mul(wasm_f32x4_abs(first), factor)),
                                        nearest_i32(wasm_f32x4_mul(wasm_f32x4_abs(second), factor)));
      const v128_t other = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_v128_xor(first, flip), 31),
                                                   wasm_i32x4_shr(wasm_v128_xor(second, flip), 31));
      coarse[k] = wasm_u16x8_shr(wasm_i16x8_add(fine[k], wasm_i16x8_splat(16)), 5);
      const v128_t quarter = wasm_u16x8_shr(coarse[k], 2);
      quarters[0][k] = rounding;
      for (int q = 1; q < 4; ++q) quarters[q][k] = wasm_i16x8_add(quarters[q - 1][k], quarter);
      limit[0][k] = wasm_i16x8_add(long_limit, other);
      limit[1][k] = wasm_i16x8_sub(short_limit, other);
      wasm_v128_store(runs.u + at + 8 * k, fine[k]);
      wasm_v128_store(runs.limit[0] + at + 8 * k, limit[0][k]);
      wasm_v128_store(runs.limit[1] + at + 8 * k, limit[1][k]);
    }
    v128_t gain = wasm_f32x4_splat(0.0f), kept_A = gain, kept_B = gain;
    for (int first = 0; first < Rule::span_count; first += 4) {
      const int side = first >= Rule::long_count;
      v128_t A[4], B[4];
      NIBBLE_UNROLL
      for (int c = 0; c < 4; ++c) {
        const v128_t span = wasm_v128_load(tables.span[first + c]);
        NIBBLE_UNROLL
        for (int k = 0; k < vectors; ++k) {
          const v128_t placed = wasm_i16x8_add(wasm_i16x8_mul(coarse[k], span), quarters[tables.quarter[first + c]][k]);
          const v128_t p = wasm_i16x8_min(wasm_u16x8_shr(placed, Rule::coarse_bits), limit[side][k]);
          const v128_t px = wasm_i32x4_dot_i16x8(p, fine[k]), pp = wasm_i32x4_dot_i16x8(p, p);
          A[c] = k == 0 ? px : wasm_i32x4_add(A[c], px);
          B[c] = k == 0 ? pp : wasm_i32x4_add(B[c], pp);
        }
      }
      const v128_t all_A = wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3]));
      const v128_t all_B = wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3]));
      const v128_t reached = wasm_f32x4_div(wasm_f32x4_mul(all_A, all_A), all_B);
      const v128_t better = wasm_f32x4_gt(reached, gain);
      gain = wasm_v128_bitselect(reached, gain, better);
      kept_A = wasm_v128_bitselect(wasm_v128_xor(all_A, sign_of_side[side]), kept_A, better);
      kept_B = wasm_v128_bitselect(all_B, kept_B, better);
    }
    best_gain[r] = gain;
    best_A[r] = kept_A;
    best_B[r] = kept_B;
  }

  transpose4(best_gain[0], best_gain[1], best_gain[2], best_gain[3]);
  transpose4(best_A[0], best_A[1], best_A[2], best_A[3]);
  transpose4(best_B[0], best_B[1], best_B[2], best_B[3]);
  for (int lane = 1; lane < 4; ++lane) {
    const v128_t better = wasm_f32x4_gt(best_gain[lane], best_gain[0]);
    best_gain[0] = wasm_v128_bitselect(best_gain[lane], best_gain[0], better);
    best_A[0] = wasm_v128_bitselect(best_A[lane], best_A[0], better);
    best_B[0] = wasm_v128_bitselect(best_B[lane], best_B[0], better);
  }
  const v128_t found = wasm_f32x4_gt(best_gain[0], wasm_f32x4_splat(0.0f));
  const v128_t slope = wasm_f32x4_mul(wasm_f32x4_div(best_A[0], best_B[0]), wasm_f32x4_splat(1.0f / full_scale));
  // The side that reaches N is the negative levels: a long scale has the other sign than the largest weight.
  const v128_t magnitude = wasm_f32x4_mul(wasm_v128_and(slope, found), largest);
  runs.scale[g] = wasm_v128_xor(wasm_f32x4_neg(magnitude), runs.sign[g]);
  runs.qq[g] = best_B[0];
}

// Step 2.
template <class Rule>
inline float scan_multiples(const SymmetricRuns<Rule>& runs) {
  constexpr int groups = SymmetricRuns<Rule>::groups;
  static_assert(Rule::scale_count % 4 == 0);
  v128_t most = wasm_f32x4_splat(0.0f), least = most;
  for (int g = 0; g < groups; ++g) {
    most = wasm_f32x4_pmax(most, runs.scale[g]);
    least = wasm_f32x4_pmin(least, runs.scale[g]);
  }
  // The largest scale, with its sign, lands near the longer end of the codes.
  const float top = highest(most), bottom = lowest(least);
  const float smallest = -(top >= -bottom ? top : bottom) / Rule::S;
  const v128_t low = in_register(wasm_f32x4_splat(-Rule::S)), high = in_register(wasm_f32x4_splat(Rule::S - 1));
  float best = 0, best_d = 0;
  for (int first = 0; first < Rule::scale_count; first += 4) {
    float d[4];
    v128_t costs[4];
    for (int k = 0; k < 4; ++k) {
      d[k] = stored_half(smallest * (Rule::first_multiple + Rule::scale_step * static_cast<float>(first + k)));
      const v128_t step = wasm_f32x4_splat(d[k]), inverse = wasm_f32x4_splat(d[k] != 0.0f ? 1.0f / d[k] : 0.0f);
      costs[k] = wasm_f32x4_splat(0.0f);
      for (int g = 0; g < groups; ++g) {
        const v128_t code = clamp_f32(nearest_f32(wasm_f32x4_mul(runs.scale[g], inverse)), low, high);
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), runs.scale[g]);
        costs[k] = wasm_f32x4_add(costs[k], wasm_f32x4_mul(wasm_f32x4_mul(runs.qq[g], off), off));
      }
    }
    transpose4(costs[0], costs[1], costs[2], costs[3]);
    alignas(16) float sums[4];
    wasm_v128_store(sums, wasm_f32x4_add(wasm_f32x4_add(costs[0], costs[1]), wasm_f32x4_add(costs[2], costs[3])));
    for (int k = 0; k < 4; ++k) {
      if ((first == 0 && k == 0) || sums[k] < best) {
        best = sums[k];
        best_d = d[k];
      }
    }
  }
  return best_d;
}

// Step 3 for the four runs of group g: the code of the scale with the lowest error under d. Adds a^2 sum p^2 and
// |a| sum p |x| to the sums of step 4.
template <class Rule>
inline v128_t assign_group(const SymmetricRuns<Rule>& runs, int g, float d, v128_t& scale_scale, v128_t& scale_x) {
  constexpr int n = Rule::n, vectors = n / 8, tries = Rule::tries;
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f);
  const v128_t low = in_register(wasm_f32x4_splat(-Rule::S)), high = in_register(wasm_f32x4_splat(Rule::S - 1));
  const v128_t unit = wasm_f32x4_splat(1 << Rule::fixed_bits), fixed_most = wasm_f32x4_splat(32767.0f);
  const v128_t wanted = wasm_f32x4_mul(runs.scale[g], wasm_f32x4_splat(1.0f / d));
  const v128_t below = nearest_f32(wasm_f32x4_sub(wanted, wasm_f32x4_splat(0.5f)));
  const v128_t largest = runs.largest[g];

  v128_t code[tries], step[tries];  // steps by magnitude
  alignas(16) int32_t spans[tries][4], sides[tries][4];
  for (int k = 0; k < tries; ++k) {
    code[k] = clamp_f32(wasm_f32x4_add(below, wasm_f32x4_splat(static_cast<float>(k + 1 - tries / 2))), low, high);
    const v128_t signed_step = wasm_f32x4_mul(code[k], wasm_f32x4_splat(d));
    step[k] = wasm_f32x4_abs(signed_step);
    const v128_t inverse = wasm_v128_and(wasm_f32x4_div(one, step[k]), wasm_f32x4_gt(step[k], zero));
    const v128_t span = wasm_f32x4_mul(wasm_f32x4_mul(largest, inverse), unit);
    wasm_v128_store(spans[k], nearest_i32(wasm_f32x4_pmin(span, fixed_most)));
    // Long where the signs of the scale and of the largest weight differ.
    wasm_v128_store(sides[k], wasm_i32x4_add(wasm_i32x4_shr(wasm_v128_xor(signed_step, runs.sign[g]), 31),
                                             wasm_i32x4_splat(1)));
  }

  const v128_t rounding = in_register(wasm_i16x8_splat(1 << (Rule::fixed_bits - 1)));
  v128_t best = wasm_f32x4_splat(3e38f), best_code = zero, kept_A = zero, kept_B = zero;
  for (int k = 0; k < tries; ++k) {
    v128_t A[4], B[4];
    NIBBLE_UNROLL
    for (int r = 0; r < 4; ++r) {
      const v128_t span = wasm_i16x8_splat(static_cast<int16_t>(spans[k][r]));
      const int16_t* limits = runs.limit[sides[k][r]] + n * (4 * g + r);
      NIBBLE_UNROLL
      for (int v = 0; v < vectors; ++v) {
        const v128_t u = wasm_v128_load(runs.u + n * (4 * g + r) + 8 * v);
        const v128_t placed = wasm_i16x8_add_sat(wasm_i16x8_q15mulr_sat(u, span), rounding);
        const v128_t p = wasm_i16x8_min(wasm_i16x8_shr(placed, Rule::fixed_bits), wasm_v128_load(limits + 8 * v));
        const v128_t px = wasm_i32x4_dot_i16x8(p, u), pp = wasm_i32x4_dot_i16x8(p, p);
        A[r] = v == 0 ? px : wasm_i32x4_add(A[r], px);
        B[r] = v == 0 ? pp : wasm_i32x4_add(B[r], pp);
      }
    }
    const v128_t all_A = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3])),
                                        wasm_f32x4_splat(1.0f / full_scale));
    const v128_t all_B = wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3]));
    // sum (|x| - step p)^2 less sum x^2.
    const v128_t error = wasm_f32x4_mul(
        step[k], wasm_f32x4_sub(wasm_f32x4_mul(step[k], all_B), wasm_f32x4_mul(wasm_f32x4_add(largest, largest), all_A)));
    const v128_t better = wasm_f32x4_lt(error, best);
    best = wasm_v128_bitselect(error, best, better);
    best_code = wasm_v128_bitselect(code[k], best_code, better);
    kept_A = wasm_v128_bitselect(all_A, kept_A, better);
    kept_B = wasm_v128_bitselect(all_B, kept_B, better);
  }
  scale_scale = wasm_f32x4_add(scale_scale, wasm_f32x4_mul(wasm_f32x4_mul(best_code, best_code), kept_B));
  scale_x = wasm_f32x4_add(scale_x, wasm_f32x4_mul(wasm_f32x4_abs(best_code), wasm_f32x4_mul(largest, kept_A)));
  return best_code;
}

template <class Rule>
inline bool fit_symmetric(const float* x, SuperBlockFit& fit) {
  constexpr int n = Rule::n, groups = SymmetricRuns<Rule>::groups;
  SymmetricRuns<Rule> runs;
  for (int g = 0; g < groups; ++g) fit_group<Rule>(x, g, runs);
  v128_t all_largest = runs.largest[0];
  for (int g = 1; g < groups; ++g) all_largest = wasm_f32x4_pmax(all_largest, runs.largest[g]);
  const float largest = highest(all_largest);
  if (!(largest > 1e-12f && largest < 1e9f)) return false;

  float d = scan_multiples<Rule>(runs);
  v128_t codes[groups];
  for (int round = 0; round < Rule::rounds; ++round) {
    if (!(std::fabs(d) > 0.0f && std::fabs(d) < 65505.0f)) return false;
    v128_t scale_scale = wasm_f32x4_splat(0.0f), scale_x = scale_scale;
    for (int g = 0; g < groups; ++g) codes[g] = assign_group<Rule>(runs, g, d, scale_scale, scale_x);
    const float ss = total(scale_scale);
    if (ss > 0) d = std::copysign(stored_half(total(scale_x) / ss), d);
  }

  fit.d = f16_from_f32(d);
  fit.dmin = 0;
  const v128_t low = in_register(wasm_f32x4_splat(-Rule::N)), high = in_register(wasm_f32x4_splat(Rule::N - 1));
  const v128_t magic = in_register(wasm_f32x4_splat(12582912.0f + Rule::N)), low_byte = in_register(wasm_i32x4_splat(0xFF));
  for (int g = 0; g < groups; ++g) {
    const v128_t step = wasm_f32x4_mul(codes[g], wasm_f32x4_splat(d)), zero = wasm_f32x4_splat(0.0f);
    alignas(16) float inverses[4];
    alignas(16) int32_t scale_codes[4];
    wasm_v128_store(inverses, wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), step), wasm_f32x4_ne(step, zero)));
    wasm_v128_store(scale_codes, nearest_i32(codes[g]));
    for (int r = 0; r < 4; ++r) {
      const int j = 4 * g + r;
      fit.scale[j] = static_cast<int16_t>(scale_codes[r]);
      const v128_t inverse = wasm_v128_load32_splat(inverses + r);
      const auto level = [&](int i) {
        const v128_t y = wasm_f32x4_mul(wasm_v128_load(x + n * j + i), inverse);
        return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, low, high), magic), low_byte);
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

bool q3_k(const float* x, SuperBlockFit& fit) { return fit_symmetric<Q3KRule>(x, fit); }
bool q6_k(const float* x, SuperBlockFit& fit) { return fit_symmetric<Q6KRule>(x, fit); }
