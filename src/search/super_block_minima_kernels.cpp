#include <limits>
#include <utility>

#include "numeric/half.h"
#include "search/integer_searches.h"
#include "search/runs_of_four.h"
#include "search/super_block_minima_settings.h"

/// Super-blocks with a scale and a minimum per run: x ~ scale * level - minimum. See integer_searches.h for the steps.
namespace nibble::NIBBLE_TARGET {
namespace {

// Four runs side by side (runs_of_four.h).
template <class Settings, bool weighted>
struct AffineFour {
  static constexpr int vectors = Settings::n / 2;
  static constexpr float full_sum_scale = weighted ? full_scale / 8 : full_scale;
  v128_t u[vectors];                     // (x - low) / range in steps of 1 / full_scale
  v128_t rough[weighted ? vectors : 1];  // the same in steps of 1 / full_sum_scale, for sums with weights
  v128_t w[weighted ? vectors : 1];      // importance
  v128_t unit;                           // what a step of importance counts
  v128_t low, range, mean;               // mean: of u
  v128_t scale, offset;                  // each run's own fit, in units of x
  v128_t weight, qq, q;                  // sum w, sum w p^2 and sum w p of its levels, with the real weights
};

// What is summed up over the levels p of a candidate.
template <bool weighted>
struct FourSums;
template <>
struct FourSums<false> {
  v128_t pu, packed;
  void clear() { pu = packed = wasm_i32x4_splat(0); }
  // `mark` is -2^15 everywhere: p^2 and -2^15 p come from one product, and sum p^2 stays below 2^15.
  template <class Runs>
  void add(v128_t p, const Runs& runs, int v, v128_t mark) {
    pu = wasm_i32x4_add(pu, wasm_i32x4_dot_i16x8(p, runs.u[v]));
    packed = wasm_i32x4_add(packed, wasm_i32x4_dot_i16x8(p, wasm_v128_or(p, mark)));
  }
  v128_t ux() const { return wasm_f32x4_convert_i32x4(pu); }
  v128_t qq() const { return squares_of(packed); }
  v128_t minus_q() const { return wasm_f32x4_convert_i32x4(wasm_i32x4_shr(packed, 15)); }
};
template <>
struct FourSums<true> {
  v128_t pu, pp, p1;
  void clear() { pu = pp = p1 = wasm_i32x4_splat(0); }
  template <class Runs>
  void add(v128_t p, const Runs& runs, int v, v128_t) {
    const v128_t w = runs.w[v], wp = wasm_i16x8_mul(w, p);
    pu = wasm_i32x4_add(pu, wasm_i32x4_dot_i16x8(wp, runs.rough[v]));
    pp = wasm_i32x4_add(pp, wasm_i32x4_dot_i16x8(wp, p));
    p1 = wasm_i32x4_sub(p1, wasm_i32x4_dot_i16x8(w, p));
  }
  v128_t ux() const { return wasm_f32x4_convert_i32x4(pu); }
  v128_t qq() const { return wasm_f32x4_convert_i32x4(pp); }
  v128_t minus_q() const { return wasm_f32x4_convert_i32x4(p1); }
};

// The best of the candidates so far, four runs side by side. What a fit takes off the squared deviations from the mean
// is gain / divisor; sums and offsets are in steps of u. `gain` is kept a little larger: runs of the same few values
// then choose the same one among candidates that only rounding tells apart, and can share the stored scale.
struct BestLevels {
  v128_t gain, divisor, pu, qq, minus_q;
};

// Judges a candidate by its least-squares fit. `most` is the largest offset allowed (for one of at most 0 in units of
// x): an offset above it becomes `most`, and the scale is fitted alone.
template <bool weighted>
inline void judge(const FourSums<weighted>& sums, v128_t mean, v128_t room, v128_t most, v128_t flat_cost,
                  v128_t inverse_weight, BestLevels& best) {
  const v128_t A = sums.ux(), B = sums.qq(), minus_Q = sums.minus_q();
  const v128_t minus_mean_q = wasm_f32x4_mul(minus_Q, inverse_weight);
  const v128_t covariance = wasm_f32x4_add(A, wasm_f32x4_mul(mean, minus_Q));
  v128_t divisor = wasm_f32x4_sub(B, wasm_f32x4_mul(minus_mean_q, minus_Q));
  v128_t gain = wasm_f32x4_mul(covariance, covariance);
  const v128_t above = wasm_f32x4_gt(
      wasm_f32x4_add(wasm_f32x4_mul(room, divisor), wasm_f32x4_mul(covariance, minus_mean_q)), wasm_f32x4_splat(0.0f));
  if (wasm_v128_any_true(above)) {
    const v128_t rest = wasm_f32x4_add(A, wasm_f32x4_mul(most, minus_Q));
    const v128_t held = wasm_f32x4_sub(wasm_f32x4_mul(rest, rest), wasm_f32x4_mul(flat_cost, B));
    gain = wasm_v128_bitselect(held, gain, above);
    divisor = wasm_v128_bitselect(B, divisor, above);
  }
  const v128_t better = wasm_f32x4_gt(wasm_f32x4_mul(gain, best.divisor), wasm_f32x4_mul(best.gain, divisor));
  best.gain = wasm_v128_bitselect(wasm_f32x4_mul(gain, wasm_f32x4_splat(1.000001f)), best.gain, better);
  best.divisor = wasm_v128_bitselect(divisor, best.divisor, better);
  best.pu = wasm_v128_bitselect(A, best.pu, better);
  best.qq = wasm_v128_bitselect(B, best.qq, better);
  best.minus_q = wasm_v128_bitselect(minus_Q, best.minus_q, better);
}

// Step 1.
template <class Settings, bool weighted>
inline void fit_runs(const float* x, const float* importance, float inverse_largest,
                     AffineFour<Settings, weighted>& runs) {
  constexpr int n = Settings::n, vectors = AffineFour<Settings, weighted>::vectors;
  constexpr float full_sum_scale = AffineFour<Settings, weighted>::full_sum_scale;
  constexpr const SpanTables<Settings>& tables = span_tables<Settings>;
  const v128_t zero = wasm_f32x4_splat(0.0f);

  const auto [smallest, most] = extremes_of_runs<n>(x);
  const v128_t least = wasm_f32x4_pmin(smallest, zero);
  const v128_t range = wasm_f32x4_sub(most, least);
  const v128_t has_range = wasm_f32x4_gt(range, wasm_f32x4_splat(1e-30f));
  const v128_t inverse = wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(full_scale), range), has_range);
  runs.low = least;
  runs.range = range;
  alignas(16) float factors[4], bases[4];
  wasm_v128_store(factors, inverse);
  wasm_v128_store(bases, least);
  v128_t rows[4][n / 8];
  for (int r = 0; r < 4; ++r) {
    const v128_t factor = wasm_v128_load32_splat(factors + r), base = wasm_v128_load32_splat(bases + r);
    const auto steps = [&](int i) {
      return nearest_i32(wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + n * r + i), base), factor));
    };
    for (int k = 0; k < n / 8; ++k) rows[r][k] = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
  }
  pair_up(rows, runs.u);

  v128_t sum_w = wasm_i32x4_splat(n), sum = wasm_i32x4_splat(0);
  runs.unit = wasm_f32x4_splat(1.0f);
  if constexpr (weighted) {
    runs.unit = quantize_importance<n>(importance, inverse_largest, Settings::weight_steps, runs.w);
    sum_w = wasm_i32x4_splat(0);
  }
  v128_t coarse[vectors], quarters[4][vectors];
  const v128_t ones = wasm_i16x8_splat(1), half = wasm_i16x8_splat(16);
  for (int v = 0; v < vectors; ++v) {
    if constexpr (weighted) {
      runs.rough[v] = wasm_u16x8_shr(wasm_i16x8_add(runs.u[v], wasm_i16x8_splat(4)), 3);
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(runs.w[v], runs.rough[v]));
      sum_w = wasm_i32x4_add(sum_w, wasm_i32x4_dot_i16x8(runs.w[v], ones));
    } else {
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(runs.u[v], ones));
    }
    coarse[v] = wasm_u16x8_shr(wasm_i16x8_add(runs.u[v], half), 5);
    const v128_t quarter = wasm_u16x8_shr(coarse[v], 2);
    quarters[0][v] = wasm_i16x8_splat(0);
    for (int q = 1; q < 4; ++q) quarters[q][v] = wasm_i16x8_add(quarters[q - 1][v], quarter);
  }
  const v128_t weight = wasm_f32x4_convert_i32x4(sum_w), inverse_weight = inverses_or_zero(weight);
  runs.weight = wasm_f32x4_mul(weight, runs.unit);
  const v128_t mean = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sum), inverse_weight);
  runs.mean = wasm_f32x4_mul(mean, wasm_f32x4_splat(1.0f / full_sum_scale));
  // The offset that leaves nothing below zero.
  const v128_t most_offset =
      wasm_f32x4_mul(wasm_f32x4_mul(wasm_f32x4_neg(least), inverse), wasm_f32x4_splat(full_sum_scale / full_scale));
  const v128_t room = wasm_f32x4_sub(mean, most_offset);
  const v128_t flat_cost = wasm_f32x4_mul(wasm_f32x4_mul(room, room), weight);

  const v128_t top = in_register(wasm_i16x8_splat(Settings::N));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  // To begin with, every weight has the highest level: nothing gained over the mean, but a scale where no offset may
  // stand for it.
  BestLevels best;
  best.gain = zero;
  best.divisor = wasm_f32x4_splat(1.0f);
  best.minus_q = wasm_f32x4_mul(weight, wasm_f32x4_splat(-Settings::N));
  best.pu = wasm_f32x4_neg(wasm_f32x4_mul(mean, best.minus_q));
  best.qq = wasm_f32x4_mul(weight, wasm_f32x4_splat(Settings::N * Settings::N));
  // One candidate: levels from the lowest weight up, rounded to nearest.
  const auto try_from_lowest = [&](int quarters_of_span) {
    const v128_t span = wasm_i16x8_splat(static_cast<int16_t>(quarters_of_span / 4));
    const v128_t rounding = wasm_i16x8_splat(1 << (Settings::coarse_bits - 1));
    const v128_t* own_quarters = quarters[quarters_of_span % 4];
    FourSums<weighted> sums;
    sums.clear();
    for (int v = 0; v < vectors; ++v) {
      const v128_t placed = wasm_i16x8_add(wasm_i16x8_mul(coarse[v], span), wasm_i16x8_add(own_quarters[v], rounding));
      sums.add(wasm_i16x8_min(wasm_u16x8_shr(placed, Settings::coarse_bits), top), runs, v, mark);
    }
    judge(sums, mean, room, most_offset, flat_cost, inverse_weight, best);
  };
  try_from_lowest(Settings::N << (Settings::coarse_bits - 8));
  if (wasm_v128_any_true(wasm_f32x4_eq(least, zero))) {
    for (const int span : Settings::lone_spans) try_from_lowest(span);
  }
  for (int t = 0; t < Settings::span_count; ++t) {
    const v128_t span = wasm_v128_load(tables.span[t]), bias = wasm_v128_load(tables.bias[t]);
    const v128_t* own_quarters = quarters[(Settings::first_span + t * Settings::span_step) % 4];
    for (int first = 0; first < Settings::shift_count; first += 4) {
      FourSums<weighted> sums[4];
      v128_t less[4];
      NIBBLE_UNROLL
      for (int c = 0; c < 4; ++c) {
        sums[c].clear();
        less[c] = wasm_v128_load(tables.less[t][first + c]);
      }
      for (int v = 0; v < vectors; ++v) {
        const v128_t placed = wasm_i16x8_add(wasm_i16x8_mul(coarse[v], span), wasm_i16x8_add(own_quarters[v], bias));
        NIBBLE_UNROLL
        for (int c = 0; c < 4; ++c) {
          sums[c].add(wasm_i16x8_min(wasm_u16x8_shr(wasm_u16x8_sub_sat(placed, less[c]), Settings::coarse_bits), top),
                      runs, v, mark);
        }
      }
      NIBBLE_UNROLL
      for (int c = 0; c < 4; ++c) judge(sums[c], mean, room, most_offset, flat_cost, inverse_weight, best);
    }
  }

  // Where no candidate has a gain, the mean is the offset if it may be, with no scale.
  const v128_t found = wasm_f32x4_gt(best.gain, zero), minus_mean_q = wasm_f32x4_mul(best.minus_q, inverse_weight);
  const v128_t covariance = wasm_f32x4_add(best.pu, wasm_f32x4_mul(mean, best.minus_q));
  const v128_t variance = wasm_f32x4_sub(best.qq, wasm_f32x4_mul(minus_mean_q, best.minus_q));
  const v128_t free_slope = wasm_v128_and(wasm_f32x4_div(covariance, variance), found);
  const v128_t free_offset = wasm_f32x4_add(mean, wasm_f32x4_mul(free_slope, minus_mean_q));
  const v128_t held_slope = wasm_f32x4_div(wasm_f32x4_add(best.pu, wasm_f32x4_mul(most_offset, best.minus_q)), best.qq);
  const v128_t allowed = wasm_f32x4_le(free_offset, most_offset);
  const v128_t step = wasm_f32x4_mul(range, wasm_f32x4_splat(1.0f / full_sum_scale));
  const v128_t scale = wasm_f32x4_mul(wasm_v128_bitselect(free_slope, held_slope, allowed), step);
  const v128_t has_scale = wasm_f32x4_gt(scale, zero), counts = wasm_f32x4_gt(weight, zero);
  runs.scale = wasm_v128_and(scale, has_scale);
  runs.offset = wasm_v128_and(
      wasm_f32x4_add(least, wasm_f32x4_mul(wasm_v128_bitselect(free_offset, most_offset, allowed), step)), counts);
  runs.qq = wasm_v128_and(wasm_f32x4_mul(best.qq, runs.unit), has_scale);
  runs.q = wasm_v128_and(wasm_f32x4_mul(wasm_f32x4_neg(best.minus_q), runs.unit), has_scale);
}

// Step 2: the few scales whose codes cost least when minima are free, then all minima beside each of them.
template <class Settings, bool weighted>
inline void scan_multiples(const AffineFour<Settings, weighted>* runs, float& best_d, float& best_dmin) {
  constexpr int groups = 64 / Settings::n, kept = Settings::kept_scales;
  static_assert(Settings::minimum_count % 4 == 0 && Settings::scale_count % 4 == 0);
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f),
               top = in_register(wasm_f32x4_splat(Settings::S));
  const v128_t half = in_register(wasm_f32x4_splat(0.5f));
  v128_t most_scale = zero, most_minimum = zero, variance[groups], mean_q[groups];
  for (int g = 0; g < groups; ++g) {
    most_scale = wasm_f32x4_pmax(most_scale, runs[g].scale);
    most_minimum = wasm_f32x4_pmax(most_minimum, wasm_f32x4_neg(runs[g].offset));
    mean_q[g] = wasm_f32x4_mul(runs[g].q, inverses_or_zero(runs[g].weight));
    variance[g] = wasm_f32x4_sub(runs[g].qq, wasm_f32x4_mul(runs[g].q, mean_q[g]));
  }
  const float smallest_d = highest(most_scale) / Settings::S, smallest_dmin = highest(most_minimum) / Settings::S;
  alignas(16) float dmins[Settings::minimum_count], inverse_dmins[Settings::minimum_count];
  store_multiples<Settings::minimum_count>(smallest_dmin, Settings::first_multiple, Settings::minimum_step, dmins,
                                           inverse_dmins);
  alignas(16) float ds[Settings::scale_count], inverse_ds[Settings::scale_count];
  store_multiples<Settings::scale_count>(smallest_d, Settings::first_multiple, Settings::scale_step, ds, inverse_ds);
  float kept_d[kept] = {}, kept_cost[kept];
  for (int k = 0; k < kept; ++k) kept_cost[k] = std::numeric_limits<float>::max();
  for (int first = 0; first < Settings::scale_count; first += 4) {
    v128_t costs[4];
    for (int k = 0; k < 4; ++k) {
      const v128_t step = wasm_v128_load32_splat(ds + first + k),
                   inverse = wasm_v128_load32_splat(inverse_ds + first + k);
      costs[k] = zero;
      for (int g = 0; g < groups; ++g) {
        const v128_t code = wasm_f32x4_pmin(nearest_f32(wasm_f32x4_mul(runs[g].scale, inverse)), top);
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), runs[g].scale);
        costs[k] = wasm_f32x4_add(costs[k], wasm_f32x4_mul(wasm_f32x4_mul(variance[g], off), off));
      }
    }
    transpose4(costs[0], costs[1], costs[2], costs[3]);
    alignas(16) float sums[4];
    wasm_v128_store(sums, wasm_f32x4_add(wasm_f32x4_add(costs[0], costs[1]), wasm_f32x4_add(costs[2], costs[3])));
    for (int k = 0; k < 4; ++k) {
      float cost = sums[k], own = ds[first + k];
      for (int at = 0; at < kept; ++at) {
        if (cost < kept_cost[at]) {
          std::swap(cost, kept_cost[at]);
          std::swap(own, kept_d[at]);
        }
      }
    }
  }

  float best = std::numeric_limits<float>::max();
  best_d = best_dmin = 0;
  for (int a = 0; a < kept && kept_cost[a] < std::numeric_limits<float>::max(); ++a) {
    const float d = kept_d[a];
    const v128_t step = wasm_f32x4_splat(d), inverse = wasm_f32x4_splat(inverse_or_zero(d));
    // For the two codes around each run's scale: what it costs by itself, how it pulls at the offset.
    v128_t fixed_cost[2][groups], pull[2][groups], wanted[2][groups];
    for (int g = 0; g < groups; ++g) {
      const AffineFour<Settings, weighted>& four = runs[g];
      const v128_t below = clamp_f32(nearest_f32(wasm_f32x4_sub(wasm_f32x4_mul(four.scale, inverse), half)), zero, top);
      for (int up = 0; up < 2; ++up) {
        const v128_t code = up ? wasm_f32x4_pmin(wasm_f32x4_add(below, one), top) : below;
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), four.scale);
        fixed_cost[up][g] = wasm_f32x4_mul(wasm_f32x4_mul(four.qq, off), off);
        pull[up][g] = wasm_f32x4_mul(wasm_f32x4_add(four.q, four.q), off);
        wanted[up][g] = wasm_f32x4_sub(wasm_f32x4_mul(mean_q[g], off), four.offset);
      }
    }
    for (int first = 0; first < Settings::minimum_count; first += 4) {
      v128_t costs[4];
      for (int b = 0; b < 4; ++b) {
        const v128_t dmin = wasm_v128_load32_splat(dmins + first + b);
        const v128_t inverse_dmin = wasm_v128_load32_splat(inverse_dmins + first + b);
        v128_t cost = zero;
        for (int g = 0; g < groups; ++g) {
          v128_t each[2];
          for (int up = 0; up < 2; ++up) {
            const v128_t code = clamp_f32(nearest_f32(wasm_f32x4_mul(wanted[up][g], inverse_dmin)), zero, top);
            const v128_t off = wasm_f32x4_neg(wasm_f32x4_add(wasm_f32x4_mul(code, dmin), runs[g].offset));
            each[up] =
                wasm_f32x4_add(fixed_cost[up][g],
                               wasm_f32x4_mul(off, wasm_f32x4_add(pull[up][g], wasm_f32x4_mul(runs[g].weight, off))));
          }
          cost = wasm_f32x4_add(cost, wasm_f32x4_pmin(each[0], each[1]));
        }
        costs[b] = cost;
      }
      transpose4(costs[0], costs[1], costs[2], costs[3]);
      alignas(16) float sums[4];
      wasm_v128_store(sums, wasm_f32x4_add(wasm_f32x4_add(costs[0], costs[1]), wasm_f32x4_add(costs[2], costs[3])));
      for (int b = 0; b < 4; ++b) {
        if (sums[b] < best) {
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

// Step 3: the codes of scale and minimum with the lowest error under d and dmin, among `codes` scales around the run's
// own.
template <int codes, class Settings, bool weighted>
inline void assign_runs(const AffineFour<Settings, weighted>& runs, float d, float dmin, v128_t& best_code,
                        v128_t& best_minimum, NormalSums& normal) {
  constexpr int vectors = AffineFour<Settings, weighted>::vectors;
  constexpr float full_sum_scale = AffineFour<Settings, weighted>::full_sum_scale;
  const v128_t zero = wasm_f32x4_splat(0.0f), one = wasm_f32x4_splat(1.0f), half = wasm_f32x4_splat(0.5f);
  const v128_t top = wasm_f32x4_splat(Settings::S), real_weight = runs.weight;
  const v128_t weight = weighted ? wasm_f32x4_mul(real_weight, inverses_or_zero(runs.unit)) : real_weight;
  const v128_t unit = wasm_f32x4_splat(1 << Settings::fixed_bits), fixed_most = wasm_f32x4_splat(32767.0f);
  const v128_t low = runs.low, range = runs.range, twice_range = wasm_f32x4_add(range, range);
  const v128_t mean_q = wasm_f32x4_mul(runs.q, inverses_or_zero(real_weight));
  const v128_t below =
      nearest_f32(wasm_f32x4_sub(wasm_f32x4_mul(runs.scale, wasm_f32x4_splat(inverse_or_zero(d))), half));
  const v128_t inverse_dmin = wasm_f32x4_splat(inverse_or_zero(dmin)), d4 = wasm_f32x4_splat(d),
               dmin4 = wasm_f32x4_splat(dmin);
  const v128_t twice_mean = wasm_f32x4_mul(twice_range, runs.mean);
  const v128_t per_step = wasm_f32x4_mul(twice_range, wasm_f32x4_splat(1.0f / full_sum_scale));

  const v128_t none = in_register(wasm_i16x8_splat(0)), highest_level = in_register(wasm_i16x8_splat(Settings::N));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  v128_t best = wasm_f32x4_splat(3e38f), kept_A = zero, kept_B = zero, kept_minus_Q = zero;
  best_code = best_minimum = zero;
  for (int a = 0; a < codes; ++a) {
    const v128_t code =
        clamp_f32(wasm_f32x4_add(below, wasm_f32x4_splat(static_cast<float>(a + 1 - codes / 2))), zero, top);
    const v128_t step = wasm_f32x4_mul(code, d4);
    const v128_t inverse = wasm_v128_and(wasm_f32x4_div(one, step), wasm_f32x4_gt(step, zero));
    const v128_t span =
        doubled(nearest_i32(wasm_f32x4_pmin(wasm_f32x4_mul(wasm_f32x4_mul(range, inverse), unit), fixed_most)));
    const v128_t wanted = wasm_f32x4_mul(
        wasm_f32x4_sub(wasm_f32x4_mul(mean_q, wasm_f32x4_sub(step, runs.scale)), runs.offset), inverse_dmin);
    const v128_t minimum_below = nearest_f32(wasm_f32x4_sub(wanted, half));
    v128_t minimum[2], m[2], start[2];
    FourSums<weighted> sums[2];
    NIBBLE_UNROLL
    for (int up = 0; up < 2; ++up) {
      minimum[up] = clamp_f32(up ? wasm_f32x4_add(minimum_below, one) : minimum_below, zero, top);
      const v128_t lift = wasm_f32x4_add(wasm_f32x4_mul(minimum[up], dmin4), low);
      m[up] = wasm_f32x4_neg(lift);
      const v128_t first = wasm_f32x4_mul(wasm_f32x4_add(wasm_f32x4_mul(lift, inverse), half), unit);
      start[up] = doubled(nearest_i32(clamp_f32(first, wasm_f32x4_neg(fixed_most), fixed_most)));
      sums[up].clear();
    }
    for (int v = 0; v < vectors; ++v) {
      const v128_t spread = wasm_i16x8_q15mulr_sat(runs.u[v], span);
      NIBBLE_UNROLL
      for (int up = 0; up < 2; ++up) {
        const v128_t placed = wasm_i16x8_shr(wasm_i16x8_add_sat(spread, start[up]), Settings::fixed_bits);
        sums[up].add(wasm_i16x8_min(wasm_i16x8_max(placed, none), highest_level), runs, v, mark);
      }
    }
    NIBBLE_UNROLL
    for (int up = 0; up < 2; ++up) {
      const v128_t A = sums[up].ux(), B = sums[up].qq(), minus_Q = sums[up].minus_q();
      // With v = range * u and m = -(low + minimum): sum (v - step p - m)^2 less sum v^2.
      const v128_t in_step =
          wasm_f32x4_sub(wasm_f32x4_sub(wasm_f32x4_mul(step, B), wasm_f32x4_mul(wasm_f32x4_add(m[up], m[up]), minus_Q)),
                         wasm_f32x4_mul(per_step, A));
      const v128_t error =
          wasm_f32x4_add(wasm_f32x4_mul(step, in_step),
                         wasm_f32x4_mul(wasm_f32x4_mul(weight, m[up]), wasm_f32x4_sub(m[up], twice_mean)));
      const v128_t better = wasm_f32x4_lt(error, best);
      best = wasm_v128_bitselect(error, best, better);
      best_code = wasm_v128_bitselect(code, best_code, better);
      best_minimum = wasm_v128_bitselect(minimum[up], best_minimum, better);
      kept_A = wasm_v128_bitselect(A, kept_A, better);
      kept_B = wasm_v128_bitselect(B, kept_B, better);
      kept_minus_Q = wasm_v128_bitselect(minus_Q, kept_minus_Q, better);
    }
  }

  const auto add = [](v128_t& sum, v128_t a, v128_t b) { sum = wasm_f32x4_add(sum, wasm_f32x4_mul(a, b)); };
  const v128_t kept_Q = wasm_f32x4_neg(kept_minus_Q);
  const v128_t qx =
      wasm_f32x4_add(wasm_f32x4_mul(low, kept_Q),
                     wasm_f32x4_mul(wasm_f32x4_mul(range, wasm_f32x4_splat(1.0f / full_sum_scale)), kept_A));
  const v128_t sum_x = wasm_f32x4_mul(real_weight, wasm_f32x4_add(low, wasm_f32x4_mul(range, runs.mean)));
  const v128_t real_code = weighted ? wasm_f32x4_mul(best_code, runs.unit) : best_code;
  add(normal.scale_scale, wasm_f32x4_mul(real_code, best_code), kept_B);
  add(normal.scale_minimum, wasm_f32x4_mul(real_code, best_minimum), kept_Q);
  add(normal.minimum_minimum, wasm_f32x4_mul(best_minimum, best_minimum), real_weight);
  add(normal.scale_x, real_code, qx);
  add(normal.minimum_x, best_minimum, sum_x);
}

// The half float next to v, on the other side of v from its nearest one. 2^-24 <= v < 65504.
inline float other_half(float v, float nearest) {
  const float power = bit_cast<float>(bit_cast<uint32_t>(v) & 0x7F800000u);
  const float step = std::max(power * 0x1p-10f, 0x1p-24f);
  return v > nearest ? nearest + step : nearest - step;
}

// Step 4: sum w (x - d a q + dmin c)^2 is a parabola in (d, dmin) for fixed codes. Its lowest point is rounded to the
// pair of halves on which it is lowest, which is not always the nearest.
inline void refit(const NormalSums& normal, float& d, float& dmin) {
  const double ss = total(normal.scale_scale), sm = total(normal.scale_minimum), mm = total(normal.minimum_minimum);
  const double sx = total(normal.scale_x), mx = total(normal.minimum_x);
  const double determinant = ss * mm - sm * sm;
  float new_d = d, new_dmin = dmin;
  if (determinant > 1e-6 * ss * mm) {
    const double best_d = (sx * mm - sm * mx) / determinant, best_dmin = (sm * sx - ss * mx) / determinant;
    const float real_d = static_cast<float>(best_d), real_dmin = static_cast<float>(best_dmin);
    const float near_d = stored_half(real_d), near_dmin = stored_half(real_dmin);
    new_d = near_d;
    new_dmin = near_dmin;
    if (real_d > 0x1p-24f && real_dmin > 0x1p-24f) {
      const float ds[2] = {near_d, other_half(real_d, near_d)},
                  dmins[2] = {near_dmin, other_half(real_dmin, near_dmin)};
      double least = std::numeric_limits<double>::max();
      for (const float own_d : ds) {
        for (const float own_dmin : dmins) {
          const double off = own_d - best_d, minimum_off = own_dmin - best_dmin;
          const double rise = ss * off * off - 2 * sm * off * minimum_off + mm * minimum_off * minimum_off;
          if (rise < least) {
            least = rise;
            new_d = own_d;
            new_dmin = own_dmin;
          }
        }
      }
    }
  } else if (ss > 0) {
    new_d = stored_half(static_cast<float>((sx + dmin * sm) / ss));
  }
  if (new_d > 0 && new_dmin >= 0 && new_d < 65505.0f && new_dmin < 65505.0f) {
    d = new_d;
    dmin = new_dmin;
  }
}

template <class Settings, bool weighted>
inline bool fit_affine(const float* x, const float* importance, BlockParts& parts) {
  constexpr int n = Settings::n, groups = 64 / n;
  AffineFour<Settings, weighted> runs[groups];
  const float inverse_largest = weighted ? inverse_of_largest(importance) : 0.0f;
  if (weighted && !(inverse_largest > 0)) return false;
  v128_t widest = wasm_f32x4_splat(0.0f);
  for (int g = 0; g < groups; ++g) {
    fit_runs(x + 4 * n * g, weighted ? importance + 4 * n * g : nullptr, inverse_largest, runs[g]);
    widest = wasm_f32x4_pmax(widest, runs[g].range);
  }
  const float most_range = highest(widest);
  if (!(most_range > 1e-12f && most_range < 1e9f)) return false;

  float d, dmin;
  scan_multiples(runs, d, dmin);
  if (!(d < 65505.0f && dmin < 65505.0f)) return false;
  v128_t codes[groups], minima[groups];
  for (int round = 0; round < Settings::rounds; ++round) {
    NormalSums normal;
    normal.scale_scale = normal.scale_minimum = normal.minimum_minimum = normal.scale_x = normal.minimum_x =
        wasm_f32x4_splat(0.0f);
    for (int g = 0; g < groups; ++g) {
      if (round + 1 < Settings::rounds) {
        assign_runs<2>(runs[g], d, dmin, codes[g], minima[g], normal);
      } else {
        assign_runs<weighted ? 4 : Settings::last_codes>(runs[g], d, dmin, codes[g], minima[g], normal);
      }
    }
    refit(normal, d, dmin);
  }

  parts.shared_scale = f16_from_f32(d);
  parts.shared_minimum = f16_from_f32(dmin);
  const v128_t zero = wasm_f32x4_splat(0.0f), highest_level = in_register(wasm_f32x4_splat(Settings::N));
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
      parts.scale[j] = scale_codes[r];
      parts.minimum[j] = minimum_codes[r];
      const v128_t inverse = wasm_v128_load32_splat(inverses + r), lift = wasm_v128_load32_splat(lifts + r);
      const auto level = [&](int i) {
        const v128_t y = wasm_f32x4_mul(wasm_f32x4_add(wasm_v128_load(x + n * j + i), lift), inverse);
        return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, zero, highest_level), magic), low_byte);
      };
      store_codes<n>(level, parts.codes + n * j);
    }
  }
  return true;
}

template <class Settings>
inline bool fit_affine(const float* x, const float* importance, BlockParts& parts) {
  return importance ? fit_affine<Settings, true>(x, importance, parts) : fit_affine<Settings, false>(x, nullptr, parts);
}

}  // namespace

bool minima_4_levels(const float* x, const float* w, BlockParts& parts) {
  return fit_affine<Minima4Settings>(x, w, parts);
}
bool minima_16_levels(const float* x, const float* w, BlockParts& parts) {
  return fit_affine<Minima16Settings>(x, w, parts);
}
bool minima_32_levels(const float* x, const float* w, BlockParts& parts) {
  return fit_affine<Minima32Settings>(x, w, parts);
}

}  // namespace nibble::NIBBLE_TARGET
