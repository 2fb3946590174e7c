#pragma once
#include <cmath>
#include <cstdint>

#include "search/iq4_codes.h"
#include "search/runs_of_four.h"

/// Runs of 32 weights on the uneven levels of IQ4 with a signed scale: step 1 of integer_searches.h.
///
/// A candidate is the largest weight over the scale, T, with a sign: the largest weight lands near 113 or near -127.
/// While T stays near the centre of a range, a weight stays nearest to one of the two levels around it: from where it
/// lies at the centre, the next midpoint but one is at least 1.1 times as far, or 1.1 times as near. So these two
/// levels are looked up once per range, and a candidate takes a sum, a comparison and a choice. At the ends of a range
/// a few of the largest weights may miss a third level; a candidate is judged by the levels it has.
namespace nibble::NIBBLE_TARGET {

constexpr int iq4_steps = 128;  // of a place on the grid

// Eight candidates of one sign, evenly spaced.
struct Iq4Range {
  static constexpr int count = 8;
  int16_t centre, first, step;  // of T
  static constexpr Iq4Range of(float centre, float first, float step) {
    const auto steps = [](float T) { return static_cast<int16_t>(T * iq4_steps); };
    return {steps(centre), steps(first), steps(step)};
  }
};
constexpr Iq4Range iq4_ranges[] = {Iq4Range::of(109.0f, 96.0f, 4.2f), Iq4Range::of(-124.0f, -108.0f, -4.6f)};

// What 32 weights can become in a range: the upper level where they are not below the middle, and how the lower one
// differs in its bits. The middle is in steps.
struct Iq4Sides {
  v128_t middle[4], upper[4], change[4];
};

inline void find_iq4_sides(const v128_t* U, int16_t centre, Iq4Sides& sides) {
  const v128_t t = wasm_i16x8_splat(centre), values = wasm_v128_load(iq4_values), seven = wasm_i8x16_splat(7);
  for (int half = 0; half < 2; ++half) {
    // Whole places, as far as bytes reach, moved up by 128.
    const v128_t whole = wasm_i8x16_narrow_i16x8(wasm_i16x8_shr(wasm_i16x8_q15mulr_sat(U[2 * half], t), 7),
                                                 wasm_i16x8_shr(wasm_i16x8_q15mulr_sat(U[2 * half + 1], t), 7));
    const v128_t above = wasm_v128_xor(whole, wasm_i8x16_splat(static_cast<int8_t>(-128)));
    const v128_t below = iq4_counts(iq4_floors, wasm_u8x16_shr(above, 3), wasm_v128_and(above, seven));
    const v128_t lower = wasm_i8x16_swizzle(values, below);
    const v128_t upper =
        wasm_i8x16_swizzle(values, wasm_i8x16_min(wasm_i8x16_add(below, wasm_i8x16_splat(1)), wasm_i8x16_splat(15)));
    const auto put = [&](int k, v128_t low, v128_t high) {
      sides.middle[k] = wasm_i16x8_shl(wasm_i16x8_add(low, high), 6);
      sides.upper[k] = high;
      sides.change[k] = wasm_v128_xor(low, high);
    };
    put(2 * half, wasm_i16x8_extend_low_i8x16(lower), wasm_i16x8_extend_low_i8x16(upper));
    put(2 * half + 1, wasm_i16x8_extend_high_i8x16(lower), wasm_i16x8_extend_high_i8x16(upper));
  }
}

// The weights of a run in steps of 2^-15 of the largest, which is positive. With importance: in steps of 2^-12, too,
// and how much each counts, in 127ths of the most important one, so that no sum of products overflows.
struct Iq4Run {
  v128_t U[4], rough[4], w[4];
  float largest;  // with its sign
  float unit;     // of w
};

inline void prepare_iq4_run(const float* x, Iq4Run& run) {
  v128_t low = wasm_v128_load(x), high = low;
  for (int i = 4; i < 32; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    low = wasm_f32x4_pmin(low, v);
    high = wasm_f32x4_pmax(high, v);
  }
  const float above = highest(high), below = lowest(low);
  run.largest = -below > above ? below : above;
  const v128_t factor = wasm_f32x4_splat(std::fabs(run.largest) > 1e-30f ? full_scale / run.largest : 0.0f);
  const auto steps = [&](int i) { return nearest_i32(wasm_f32x4_mul(wasm_v128_load(x + i), factor)); };
  for (int k = 0; k < 4; ++k) run.U[k] = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
}

inline void prepare_iq4_importance(const float* importance, Iq4Run& run) {
  v128_t high = wasm_v128_load(importance);
  for (int i = 4; i < 32; i += 4) high = wasm_f32x4_pmax(high, wasm_v128_load(importance + i));
  const float most = highest(high);
  run.unit = most / 127.0f;
  // What counts at all counts for a step at least.
  const v128_t factor = wasm_f32x4_splat(most > 1e-30f ? 127.0f / most : 0.0f);
  const auto steps = [&](int i) {
    const v128_t w = wasm_v128_load(importance + i);
    const v128_t least = wasm_v128_and(wasm_f32x4_gt(w, wasm_f32x4_splat(0.0f)), wasm_f32x4_splat(1.0f));
    return nearest_i32(wasm_f32x4_pmax(wasm_f32x4_mul(w, factor), least));
  };
  for (int k = 0; k < 4; ++k) {
    run.w[k] = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
    run.rough[k] = wasm_i16x8_shr(wasm_i16x8_add_sat(run.U[k], wasm_i16x8_splat(4)), 3);
  }
}

// What u = 1 is in sums with levels.
template <bool weighted>
constexpr float iq4_full_scale = weighted ? full_scale / 8 : full_scale;

// Adds sum w level u and sum w level^2 of eight weights.
template <bool weighted>
inline void add_iq4_products(const Iq4Run& run, int k, v128_t level, v128_t& A, v128_t& B) {
  const v128_t wl = weighted ? wasm_i16x8_mul(run.w[k], level) : level;
  A = wasm_i32x4_add(A, wasm_i32x4_dot_i16x8(wl, weighted ? run.rough[k] : run.U[k]));
  B = wasm_i32x4_add(B, wasm_i32x4_dot_i16x8(wl, level));
}

// The best candidate of each of four lanes: its gain, A^2 / B, with A = sum w level u and B = sum w level^2.
struct Iq4Best {
  v128_t gain, A, B;
};

// Four candidates, `step` apart.
template <bool weighted>
inline void try_iq4(const Iq4Run& run, const Iq4Sides& sides, int first_T, int T_step, Iq4Best& best) {
  const v128_t first = wasm_i16x8_splat(static_cast<int16_t>(first_T)),
               distance = wasm_i16x8_splat(static_cast<int16_t>(T_step));
  v128_t A[4], B[4];
  NIBBLE_UNROLL
  for (int c = 0; c < 4; ++c) A[c] = B[c] = wasm_i32x4_splat(0);
  NIBBLE_UNROLL
  for (int k = 0; k < 4; ++k) {
    v128_t place = wasm_i16x8_q15mulr_sat(run.U[k], first);
    const v128_t moved = wasm_i16x8_q15mulr_sat(run.U[k], distance);
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t is_lower = wasm_i16x8_gt(sides.middle[k], place);
      const v128_t level = wasm_v128_xor(sides.upper[k], wasm_v128_and(is_lower, sides.change[k]));
      add_iq4_products<weighted>(run, k, level, A[c], B[c]);
      if (c < 3) place = wasm_i16x8_add(place, moved);
    }
  }
  const v128_t all_A = wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3]));
  const v128_t all_B = wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3]));
  const v128_t gain = wasm_f32x4_div(wasm_f32x4_mul(all_A, all_A), all_B);
  const v128_t better = wasm_f32x4_gt(gain, best.gain);
  best.gain = wasm_v128_bitselect(gain, best.gain, better);
  best.A = wasm_v128_bitselect(all_A, best.A, better);
  best.B = wasm_v128_bitselect(all_B, best.B, better);
}

template <bool weighted>
inline Iq4Best search_iq4(const Iq4Run& run) {
  Iq4Best best{wasm_f32x4_splat(0.0f), wasm_f32x4_splat(0.0f), wasm_f32x4_splat(1.0f)};
  Iq4Sides sides[2];
  for (int r = 0; r < 2; ++r) {
    const Iq4Range& range = iq4_ranges[r];
    find_iq4_sides(run.U, range.centre, sides[r]);
    for (int k = 0; k < Iq4Range::count; k += 4)
      try_iq4<weighted>(run, sides[r], range.first + k * range.step, range.step, best);
  }
  // Four more around the best one's own least-squares fit.
  alignas(16) float gains[4], As[4], Bs[4];
  wasm_v128_store(gains, best.gain);
  wasm_v128_store(As, best.A);
  wasm_v128_store(Bs, best.B);
  int lane = gains[1] > gains[0];
  if (gains[2] > gains[lane]) lane = 2;
  if (gains[3] > gains[lane]) lane = 3;
  if (!(gains[lane] > 0.0f)) return best;
  const float fit = iq4_full_scale<weighted> * iq4_steps * Bs[lane] / As[lane];
  if (std::fabs(fit) < 20000.0f) {
    constexpr float around = 0.013f;
    try_iq4<weighted>(run, sides[fit < 0.0f], static_cast<int>(fit * (1 - around)),
                      static_cast<int>(fit * around * 2 / 3), best);
  }
  return best;
}

// The best of each vector's lanes, one vector per lane of the result.
inline Iq4Best best_of_lanes(Iq4Best* runs) {
  transpose4(runs[0].gain, runs[1].gain, runs[2].gain, runs[3].gain);
  transpose4(runs[0].A, runs[1].A, runs[2].A, runs[3].A);
  transpose4(runs[0].B, runs[1].B, runs[2].B, runs[3].B);
  Iq4Best best = runs[0];
  for (int lane = 1; lane < 4; ++lane) {
    const v128_t better = wasm_f32x4_gt(runs[lane].gain, best.gain);
    best.gain = wasm_v128_bitselect(runs[lane].gain, best.gain, better);
    best.A = wasm_v128_bitselect(runs[lane].A, best.A, better);
    best.B = wasm_v128_bitselect(runs[lane].B, best.B, better);
  }
  return best;
}

// Sixteen codes of the levels nearest to x times `inverse`.
inline v128_t round_to_iq4(const float* x, v128_t inverse) {
  const auto place = [&](int i) { return wasm_f32x4_mul(wasm_v128_load(x + i), inverse); };
  return nearest_iq4_code_bytes(place(0), place(4), place(8), place(12));
}

// Step 1 for four runs: scales in units of x, and B.
template <bool weighted>
inline void fit_iq4_runs(const float* x, const float* importance, Iq4Run* runs, v128_t& scale, v128_t& B) {
  Iq4Best best[4];
  alignas(16) float largest[4], units[4];
  for (int r = 0; r < 4; ++r) {
    prepare_iq4_run(x + 32 * r, runs[r]);
    runs[r].unit = 1.0f;
    if constexpr (weighted) prepare_iq4_importance(importance + 32 * r, runs[r]);
    largest[r] = runs[r].largest;
    units[r] = runs[r].unit;
    best[r] = search_iq4<weighted>(runs[r]);
  }
  const Iq4Best chosen = best_of_lanes(best);
  scale = wasm_f32x4_mul(wasm_f32x4_div(chosen.A, chosen.B),
                         wasm_f32x4_mul(wasm_v128_load(largest), wasm_f32x4_splat(1.0f / iq4_full_scale<weighted>)));
  B = wasm_f32x4_mul(chosen.B, wasm_v128_load(units));
}

}  // namespace nibble::NIBBLE_TARGET
