#include <cmath>

#include "numeric/half.h"
#include "search/integer_searches.h"
#include "search/runs_of_four.h"

/// Super-blocks with a signed scale per run: x ~ scale * level, levels -N .. N-1. See integer_searches.h for the steps.
/// Levels are searched by magnitude: "long" is the sign of the scale that gives the largest weight the side that
/// reaches N, "short" the other one. While T stays below N - 1/2 both are the same.
namespace nibble::NIBBLE_TARGET {
namespace {

// Settings have n (weights per run), N, S (codes of scales are -S .. S-1) and its grids: candidates T = spans[k] *
// 2^(8 - coarse_bits), the first long_count of them long, all in multiples of four; the fraction of step 3; multiples
// of the smallest d that reaches every run; how often steps 3 and 4 run. weight_steps: what the largest importance of a
// run becomes, so that no sum of products overflows.
struct Symmetric64Settings {
  static constexpr int n = 16, N = 32, S = 128, weight_steps = 511;
  static constexpr int spans[24] = {104, 108, 111, 112, 113, 115, 116, 117, 119, 120, 121, 123,
                                    124, 125, 128, 129, 132, 136, 137, 140, 128, 129, 132, 136};
  static constexpr int span_count = 24, long_count = 20, coarse_bits = 10, fixed_bits = 9;
  static constexpr int scale_count = 16, tries = 2;
  static constexpr float first_multiple = 0.985f, scale_step = 0.008f;
  static constexpr int rounds = 1;
};
struct Symmetric8Settings {
  static constexpr int n = 16, N = 4, S = 32, weight_steps = 2047;
  static constexpr int spans[12] = {92, 104, 112, 120, 128, 136, 148, 160, 116, 124, 136, 152};
  static constexpr int span_count = 12, long_count = 8, coarse_bits = 13, fixed_bits = 12;
  static constexpr int scale_count = 24, tries = 2;
  static constexpr float first_multiple = 0.95f, scale_step = 0.0109f;
  static constexpr int rounds = 1;
};

template <class Settings>
struct SymmetricTables {
  alignas(16) int16_t span[Settings::span_count][8];  // T without its quarters
  int quarter[Settings::span_count];
  constexpr SymmetricTables() : span{}, quarter{} {
    for (int k = 0; k < Settings::span_count; ++k) {
      quarter[k] = Settings::spans[k] % 4;
      for (int lane = 0; lane < 8; ++lane) span[k][lane] = static_cast<int16_t>(Settings::spans[k] / 4);
    }
  }
};
template <class Settings>
constexpr SymmetricTables<Settings> symmetric_tables;

// Four runs side by side (runs_of_four.h).
template <class Settings, bool weighted>
struct SymmetricFour {
  static constexpr int vectors = Settings::n / 2;
  static constexpr float full_sum_scale = weighted ? full_scale / 8 : full_scale;
  v128_t u[vectors];                     // |x| / largest in steps of 1 / full_scale
  v128_t rough[weighted ? vectors : 1];  // the same in steps of 1 / full_sum_scale, for sums with weights
  v128_t w[weighted ? vectors : 1];      // importance
  v128_t unit;                           // what a step of importance counts
  v128_t limit[2][vectors];              // the highest magnitude of the level, long and short
  v128_t largest;                        // max|x|
  v128_t sign;                           // the sign bit of the weight it belongs to
  v128_t scale, qq;                      // each run's own fit, in units of x; sum w p^2 of its levels
};

// Adds sum w p u and sum w p^2 of the levels p at vector v.
template <class Settings, bool weighted>
inline void add_products(const SymmetricFour<Settings, weighted>& runs, int v, v128_t p, v128_t& A, v128_t& B) {
  const v128_t wp = weighted ? wasm_i16x8_mul(runs.w[weighted ? v : 0], p) : p;
  A = wasm_i32x4_add(A, wasm_i32x4_dot_i16x8(wp, weighted ? runs.rough[weighted ? v : 0] : runs.u[v]));
  B = wasm_i32x4_add(B, wasm_i32x4_dot_i16x8(wp, p));
}

// Step 1.
template <class Settings, bool weighted>
inline void fit_runs(const float* x, const float* importance, float inverse_largest,
                     SymmetricFour<Settings, weighted>& runs) {
  constexpr int n = Settings::n, vectors = SymmetricFour<Settings, weighted>::vectors;
  constexpr const SymmetricTables<Settings>& tables = symmetric_tables<Settings>;
  const auto [least, above] = extremes_of_runs<n>(x);
  const v128_t below = wasm_f32x4_neg(least);
  const v128_t negative = wasm_f32x4_gt(below, above);
  const v128_t largest = wasm_v128_bitselect(below, above, negative);
  const v128_t sign_bit = wasm_i32x4_splat(static_cast<int>(0x80000000u));
  runs.largest = largest;
  runs.sign = wasm_v128_and(negative, sign_bit);
  const v128_t has_weights = wasm_f32x4_gt(largest, wasm_f32x4_splat(1e-30f));
  alignas(16) float factors[4];
  alignas(16) int32_t signs[4];
  wasm_v128_store(factors, wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(full_scale), largest), has_weights));
  wasm_v128_store(signs, runs.sign);
  v128_t rows[4][n / 8], others[4][n / 8], other[vectors];
  for (int r = 0; r < 4; ++r) {
    const v128_t factor = wasm_v128_load32_splat(factors + r), flip = wasm_v128_load32_splat(signs + r);
    for (int k = 0; k < n / 8; ++k) {
      const v128_t first = wasm_v128_load(x + n * r + 8 * k), second = wasm_v128_load(x + n * r + 8 * k + 4);
      rows[r][k] = wasm_i16x8_narrow_i32x4(nearest_i32(wasm_f32x4_mul(wasm_f32x4_abs(first), factor)),
                                           nearest_i32(wasm_f32x4_mul(wasm_f32x4_abs(second), factor)));
      others[r][k] = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_v128_xor(first, flip), 31),
                                             wasm_i32x4_shr(wasm_v128_xor(second, flip), 31));
    }
  }
  pair_up(rows, runs.u);
  pair_up(others, other);

  const v128_t long_limit = wasm_i16x8_splat(Settings::N), short_limit = wasm_i16x8_splat(Settings::N - 1);
  const v128_t rounding = wasm_i16x8_splat(1 << (Settings::coarse_bits - 1)), half = wasm_i16x8_splat(16);
  runs.unit = wasm_f32x4_splat(1.0f);
  if constexpr (weighted)
    runs.unit = quantize_importance<n>(importance, inverse_largest, Settings::weight_steps, runs.w);
  v128_t coarse[vectors], quarters[4][vectors];
  for (int v = 0; v < vectors; ++v) {
    if constexpr (weighted) runs.rough[v] = wasm_u16x8_shr(wasm_i16x8_add(runs.u[v], wasm_i16x8_splat(4)), 3);
    coarse[v] = wasm_u16x8_shr(wasm_i16x8_add(runs.u[v], half), 5);
    const v128_t quarter = wasm_u16x8_shr(coarse[v], 2);
    quarters[0][v] = rounding;
    for (int q = 1; q < 4; ++q) quarters[q][v] = wasm_i16x8_add(quarters[q - 1][v], quarter);
    runs.limit[0][v] = wasm_i16x8_add(long_limit, other[v]);
    runs.limit[1][v] = wasm_i16x8_sub(short_limit, other[v]);
  }
  // The square of sum p u over sum p^2 is what a fit takes off the squares.
  const v128_t zero = wasm_f32x4_splat(0.0f), sign_of_side[2] = {zero, sign_bit};
  v128_t best_gain = zero, best_A = zero, best_B = wasm_f32x4_splat(1.0f);
  for (int first = 0; first < Settings::span_count; first += 4) {
    const int side = first >= Settings::long_count;
    v128_t A[4], B[4], span[4];
    const v128_t* own_quarters[4];
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      span[c] = wasm_v128_load(tables.span[first + c]);
      own_quarters[c] = quarters[tables.quarter[first + c]];
      A[c] = B[c] = wasm_i32x4_splat(0);
    }
    for (int v = 0; v < vectors; ++v) {
      const v128_t limit = runs.limit[side][v];
      NIBBLE_UNROLL
      for (int c = 0; c < 4; ++c) {
        const v128_t placed = wasm_i16x8_add(wasm_i16x8_mul(coarse[v], span[c]), own_quarters[c][v]);
        const v128_t p = wasm_i16x8_min(wasm_u16x8_shr(placed, Settings::coarse_bits), limit);
        add_products(runs, v, p, A[c], B[c]);
      }
    }
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t own_A = wasm_f32x4_convert_i32x4(A[c]), own_B = wasm_f32x4_convert_i32x4(B[c]);
      const v128_t gain = wasm_f32x4_mul(own_A, own_A);
      const v128_t better = wasm_f32x4_gt(wasm_f32x4_mul(gain, best_B), wasm_f32x4_mul(best_gain, own_B));
      best_gain = wasm_v128_bitselect(gain, best_gain, better);
      best_A = wasm_v128_bitselect(wasm_v128_xor(own_A, sign_of_side[side]), best_A, better);
      best_B = wasm_v128_bitselect(own_B, best_B, better);
    }
  }
  constexpr float full_sum_scale = SymmetricFour<Settings, weighted>::full_sum_scale;
  const v128_t slope = wasm_f32x4_mul(wasm_f32x4_div(best_A, best_B), wasm_f32x4_splat(1.0f / full_sum_scale));
  // The side that reaches N is the negative levels: a long scale has the other sign than the largest weight.
  runs.scale = wasm_v128_xor(wasm_f32x4_neg(wasm_f32x4_mul(slope, largest)), runs.sign);
  runs.qq = wasm_f32x4_mul(best_B, runs.unit);
}

// Step 2.
template <class Settings, bool weighted>
inline float scan_multiples(const SymmetricFour<Settings, weighted>* runs) {
  constexpr int groups = 64 / Settings::n;
  static_assert(Settings::scale_count % 4 == 0);
  v128_t most = wasm_f32x4_splat(0.0f), least = most;
  for (int g = 0; g < groups; ++g) {
    most = wasm_f32x4_pmax(most, runs[g].scale);
    least = wasm_f32x4_pmin(least, runs[g].scale);
  }
  // The largest scale, with its sign, lands near the longer end of the codes.
  const float top = highest(most), bottom = lowest(least);
  const float smallest = -(top >= -bottom ? top : bottom) / Settings::S;
  const v128_t low = in_register(wasm_f32x4_splat(-Settings::S)), high = in_register(wasm_f32x4_splat(Settings::S - 1));
  float best = 0, best_d = 0;
  alignas(16) float ds[Settings::scale_count], inverses[Settings::scale_count];
  store_multiples<Settings::scale_count>(smallest, Settings::first_multiple, Settings::scale_step, ds, inverses);
  for (int first = 0; first < Settings::scale_count; first += 4) {
    v128_t costs[4];
    for (int k = 0; k < 4; ++k) {
      const v128_t step = wasm_v128_load32_splat(ds + first + k),
                   inverse = wasm_v128_load32_splat(inverses + first + k);
      costs[k] = wasm_f32x4_splat(0.0f);
      for (int g = 0; g < groups; ++g) {
        const v128_t code = clamp_f32(nearest_f32(wasm_f32x4_mul(runs[g].scale, inverse)), low, high);
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), runs[g].scale);
        costs[k] = wasm_f32x4_add(costs[k], wasm_f32x4_mul(wasm_f32x4_mul(runs[g].qq, off), off));
      }
    }
    transpose4(costs[0], costs[1], costs[2], costs[3]);
    alignas(16) float sums[4];
    wasm_v128_store(sums, wasm_f32x4_add(wasm_f32x4_add(costs[0], costs[1]), wasm_f32x4_add(costs[2], costs[3])));
    for (int k = 0; k < 4; ++k) {
      if ((first == 0 && k == 0) || sums[k] < best) {
        best = sums[k];
        best_d = ds[first + k];
      }
    }
  }
  return best_d;
}

// Step 3: the code of the scale with the lowest error under d. Adds a^2 sum p^2 and |a| sum p |x| to the sums of
// step 4.
template <class Settings, bool weighted>
inline v128_t assign_runs(const SymmetricFour<Settings, weighted>& runs, float d, v128_t& scale_scale,
                          v128_t& scale_x) {
  constexpr int vectors = SymmetricFour<Settings, weighted>::vectors, tries = Settings::tries;
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f);
  const v128_t low = in_register(wasm_f32x4_splat(-Settings::S)), high = in_register(wasm_f32x4_splat(Settings::S - 1));
  const v128_t unit = wasm_f32x4_splat(1 << Settings::fixed_bits), fixed_most = wasm_f32x4_splat(32767.0f);
  const v128_t wanted = wasm_f32x4_mul(runs.scale, wasm_f32x4_splat(1.0f / d));
  const v128_t below = nearest_f32(wasm_f32x4_sub(wanted, wasm_f32x4_splat(0.5f)));
  constexpr float full_sum_scale = SymmetricFour<Settings, weighted>::full_sum_scale;
  const v128_t per_step = wasm_f32x4_mul(runs.largest, wasm_f32x4_splat(1.0f / full_sum_scale));
  const v128_t rounding = in_register(wasm_i16x8_splat(1 << (Settings::fixed_bits - 1)));

  v128_t best = wasm_f32x4_splat(3e38f), best_code = zero, kept_A = zero, kept_B = zero;
  for (int first = 0; first < tries; first += 2) {
    v128_t code[2], step[2], span[2], is_short[2], A[2], B[2];  // steps by magnitude
    NIBBLE_UNROLL
    for (int k = 0; k < 2; ++k) {
      code[k] =
          clamp_f32(wasm_f32x4_add(below, wasm_f32x4_splat(static_cast<float>(first + k + 1 - tries / 2))), low, high);
      const v128_t signed_step = wasm_f32x4_mul(code[k], wasm_f32x4_splat(d));
      step[k] = wasm_f32x4_abs(signed_step);
      const v128_t inverse = wasm_v128_and(wasm_f32x4_div(one, step[k]), wasm_f32x4_gt(step[k], zero));
      const v128_t wide = wasm_f32x4_mul(wasm_f32x4_mul(runs.largest, inverse), unit);
      span[k] = doubled(nearest_i32(wasm_f32x4_pmin(wide, fixed_most)));
      // Long where the signs of the scale and of the largest weight differ.
      is_short[k] = wasm_v128_not(wasm_i32x4_shr(wasm_v128_xor(signed_step, runs.sign), 31));
      A[k] = B[k] = wasm_i32x4_splat(0);
    }
    for (int v = 0; v < vectors; ++v) {
      const v128_t u = runs.u[v], long_limit = runs.limit[0][v], short_limit = runs.limit[1][v];
      NIBBLE_UNROLL
      for (int k = 0; k < 2; ++k) {
        const v128_t placed = wasm_i16x8_add_sat(wasm_i16x8_q15mulr_sat(u, span[k]), rounding);
        const v128_t p = wasm_i16x8_min(wasm_i16x8_shr(placed, Settings::fixed_bits),
                                        wasm_v128_bitselect(short_limit, long_limit, is_short[k]));
        add_products(runs, v, p, A[k], B[k]);
      }
    }
    NIBBLE_UNROLL
    for (int k = 0; k < 2; ++k) {
      const v128_t px = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(A[k]), per_step), pp = wasm_f32x4_convert_i32x4(B[k]);
      // sum (|x| - step p)^2 less sum x^2.
      const v128_t error = wasm_f32x4_mul(step[k], wasm_f32x4_sub(wasm_f32x4_mul(step[k], pp), wasm_f32x4_add(px, px)));
      const v128_t better = wasm_f32x4_lt(error, best);
      best = wasm_v128_bitselect(error, best, better);
      best_code = wasm_v128_bitselect(code[k], best_code, better);
      kept_A = wasm_v128_bitselect(px, kept_A, better);
      kept_B = wasm_v128_bitselect(pp, kept_B, better);
    }
  }
  const v128_t real_code = weighted ? wasm_f32x4_mul(best_code, runs.unit) : best_code;
  scale_scale = wasm_f32x4_add(scale_scale, wasm_f32x4_mul(wasm_f32x4_mul(real_code, best_code), kept_B));
  scale_x = wasm_f32x4_add(scale_x, wasm_f32x4_mul(wasm_f32x4_abs(real_code), kept_A));
  return best_code;
}

template <class Settings, bool weighted>
inline bool fit_symmetric(const float* x, const float* importance, BlockParts& parts) {
  constexpr int n = Settings::n, groups = 64 / n;
  SymmetricFour<Settings, weighted> runs[groups];
  const float inverse_largest = weighted ? inverse_of_largest(importance) : 0.0f;
  if (weighted && !(inverse_largest > 0)) return false;
  v128_t all_largest = wasm_f32x4_splat(0.0f);
  for (int g = 0; g < groups; ++g) {
    fit_runs(x + 4 * n * g, weighted ? importance + 4 * n * g : nullptr, inverse_largest, runs[g]);
    all_largest = wasm_f32x4_pmax(all_largest, runs[g].largest);
  }
  const float largest = highest(all_largest);
  if (!(largest > 1e-12f && largest < 1e9f)) return false;

  float d = scan_multiples(runs);
  v128_t codes[groups];
  for (int round = 0; round < Settings::rounds; ++round) {
    if (!(std::fabs(d) > 0.0f && std::fabs(d) < 65505.0f)) return false;
    v128_t scale_scale = wasm_f32x4_splat(0.0f), scale_x = scale_scale;
    for (int g = 0; g < groups; ++g) codes[g] = assign_runs(runs[g], d, scale_scale, scale_x);
    const float ss = total(scale_scale);
    if (ss > 0) d = std::copysign(stored_half(total(scale_x) / ss), d);
  }

  parts.shared_scale = f16_from_f32(d);
  const v128_t low = in_register(wasm_f32x4_splat(-Settings::N)), high = in_register(wasm_f32x4_splat(Settings::N - 1));
  const v128_t magic = in_register(wasm_f32x4_splat(12582912.0f + Settings::N)),
               low_byte = in_register(wasm_i32x4_splat(0xFF));
  for (int g = 0; g < groups; ++g) {
    const v128_t step = wasm_f32x4_mul(codes[g], wasm_f32x4_splat(d)), zero = wasm_f32x4_splat(0.0f);
    alignas(16) float inverses[4];
    alignas(16) int32_t scale_codes[4];
    wasm_v128_store(inverses, wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), step), wasm_f32x4_ne(step, zero)));
    wasm_v128_store(scale_codes, nearest_i32(codes[g]));
    for (int r = 0; r < 4; ++r) {
      const int j = 4 * g + r;
      parts.scale[j] = scale_codes[r];
      const v128_t inverse = wasm_v128_load32_splat(inverses + r);
      const auto level = [&](int i) {
        const v128_t y = wasm_f32x4_mul(wasm_v128_load(x + n * j + i), inverse);
        return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, low, high), magic), low_byte);
      };
      store_codes<n>(level, parts.codes + n * j);
    }
  }
  return true;
}

template <class Settings>
inline bool fit_symmetric(const float* x, const float* importance, BlockParts& parts) {
  return importance ? fit_symmetric<Settings, true>(x, importance, parts)
                    : fit_symmetric<Settings, false>(x, nullptr, parts);
}

}  // namespace

bool symmetric_8_levels(const float* x, const float* w, BlockParts& parts) {
  return fit_symmetric<Symmetric8Settings>(x, w, parts);
}
bool symmetric_64_levels(const float* x, const float* w, BlockParts& parts) {
  return fit_symmetric<Symmetric64Settings>(x, w, parts);
}

}  // namespace nibble::NIBBLE_TARGET
