#include <limits>

#include "numeric/half.h"
#include "search/affine_candidates.h"
#include "search/integer_searches.h"
#include "search/runs_of_four.h"

/// Blocks of 32 weights with a scale and a minimum of their own: x ~ scale * level + minimum. See integer_searches.h.
namespace nibble::NIBBLE_TARGET {
namespace {

// coarse_bits and fixed_bits are the fractions of levels in a row and in the fits. T is a multiple of 2^(9 -
// coarse_bits).
struct Affine16Settings : AffineCandidatesOf<15> {
  static constexpr int coarse_bits = 11, fixed_bits = 10;
};
struct Affine32Settings : AffineCandidatesOf<31> {
  static constexpr int coarse_bits = 10, fixed_bits = 9;
};

template <class Settings>
struct CandidateTables {
  // Per row, eight copies of each as a vector: what one step of u (of 2^-11) counts in fractions of a level, and how
  // many quarters more; what is added before the shifts are taken off again, and what is taken off.
  alignas(16) int16_t span[Settings::rows][8], bias[Settings::rows][8], less[Settings::rows][4][8];
  int quarters[Settings::rows];
  constexpr CandidateTables() : span{}, bias{}, less{}, quarters{} {
    const float one = static_cast<float>(1 << Settings::coarse_bits);
    for (int row = 0; row < Settings::rows; ++row) {
      const AffineCandidates& of = Settings::candidates[row];
      const int span_quarters = static_cast<int>(of.T * one / 512.0f);
      // The largest sum first, so that only unsigned differences are left.
      const float middle = (static_cast<float>(Settings::N) - of.T) / 2.0f + 0.5f;
      const float most = middle + of.first_shift + 3.0f * of.shift_step, added = most > 0.0f ? most : 0.0f;
      quarters[row] = span_quarters % 4;
      for (int lane = 0; lane < 8; ++lane) {
        span[row][lane] = static_cast<int16_t>(span_quarters / 4);
        bias[row][lane] = static_cast<int16_t>(added * one);
        for (int k = 0; k < 4; ++k) {
          const float shift = middle + of.first_shift + of.shift_step * static_cast<float>(k);
          less[row][k][lane] = static_cast<int16_t>((added - shift) * one);
        }
      }
    }
  }
};
template <class Settings>
constexpr CandidateTables<Settings> candidate_tables;

// Four choices of levels p of one run, or one of each of four runs: sum p u in steps of 1 / full_scale, and sum p^2 and
// sum p as squares_of and sums_of take them.
struct LevelSums {
  v128_t pu, packed;
};
inline LevelSums select_sums(v128_t mask, const LevelSums& yes, const LevelSums& no) {
  return {wasm_v128_bitselect(yes.pu, no.pu, mask), wasm_v128_bitselect(yes.packed, no.packed, mask)};
}

// Their least-squares fits of u ~ slope * p + offset; the gain is what is taken off the squared deviations from the
// mean, and 0 where the fit has no slope.
struct LevelFit {
  v128_t gain, slope, offset;
};
inline LevelFit fit_sums(const LevelSums& sums, v128_t mean, v128_t unit, v128_t inverse_n) {
  const v128_t Q = sums_of(sums.packed), mean_q = wasm_f32x4_mul(Q, inverse_n);
  const v128_t covariance =
      wasm_f32x4_sub(wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums.pu), unit), wasm_f32x4_mul(mean, Q));
  const v128_t variance = wasm_f32x4_sub(squares_of(sums.packed), wasm_f32x4_mul(mean_q, Q));
  const v128_t zero = wasm_f32x4_splat(0.0f);
  const v128_t slope = wasm_v128_and(wasm_f32x4_div(covariance, variance),
                                     wasm_v128_and(wasm_f32x4_gt(variance, zero), wasm_f32x4_gt(covariance, zero)));
  return {wasm_f32x4_mul(covariance, slope), slope, wasm_f32x4_sub(mean, wasm_f32x4_mul(slope, mean_q))};
}

// The 32 weights of a run as u = (x - low) / range in steps of 1 / full_scale, and its mean in lane 0 to 3 alike.
struct Run32 {
  v128_t u[4], mean;
};

// The levels of four candidates, u * span + start rounded down, summed up. Both in fractions of a level.
template <class Settings>
inline LevelSums sums_at(const Run32& run, v128_t spans, v128_t starts) {
  const v128_t none = wasm_i16x8_splat(0), top = in_register(wasm_i16x8_splat(Settings::N));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  alignas(16) int32_t span_of[4], start_of[4];
  wasm_v128_store(span_of, spans);
  wasm_v128_store(start_of, starts);
  v128_t pu[4], packed[4];
  NIBBLE_UNROLL
  for (int c = 0; c < 4; ++c) {
    const v128_t span = wasm_i16x8_splat(static_cast<int16_t>(span_of[c]));
    const v128_t start = wasm_i16x8_splat(static_cast<int16_t>(start_of[c]));
    NIBBLE_UNROLL
    for (int k = 0; k < 4; ++k) {
      const v128_t placed = wasm_i16x8_add_sat(wasm_i16x8_q15mulr_sat(run.u[k], span), start);
      const v128_t p = wasm_i16x8_min(wasm_i16x8_max(wasm_i16x8_shr(placed, Settings::fixed_bits), none), top);
      const v128_t px = wasm_i32x4_dot_i16x8(p, run.u[k]), pp = wasm_i32x4_dot_i16x8(p, wasm_v128_or(p, mark));
      pu[c] = k == 0 ? px : wasm_i32x4_add(pu[c], px);
      packed[c] = k == 0 ? pp : wasm_i32x4_add(packed[c], pp);
    }
  }
  return {lane_sums(pu[0], pu[1], pu[2], pu[3]), lane_sums(packed[0], packed[1], packed[2], packed[3])};
}

// Lane k: the best candidate with the k-th shift of all rows, its levels rounded once more to its own fit.
template <class Settings, int rows>
inline void best_of_each_shift(const Run32& run, LevelSums& best, v128_t& best_gain) {
  constexpr const CandidateTables<Settings>& tables = candidate_tables<Settings>;
  const v128_t top = in_register(wasm_i16x8_splat(Settings::N)),
               unit = in_register(wasm_f32x4_splat(1.0f / full_scale));
  const v128_t mark = in_register(wasm_i16x8_splat(static_cast<int16_t>(-0x8000)));
  const v128_t inverse_n = in_register(wasm_f32x4_splat(1.0f / 32));
  v128_t coarse[4], quarters[4][4];
  NIBBLE_UNROLL
  for (int k = 0; k < 4; ++k) {
    coarse[k] = wasm_u16x8_shr(wasm_i16x8_add(run.u[k], wasm_i16x8_splat(8)), 4);
    const v128_t quarter = wasm_u16x8_shr(coarse[k], 2);
    quarters[0][k] = wasm_i16x8_splat(0);
    for (int q = 1; q < 4; ++q) quarters[q][k] = wasm_i16x8_add(quarters[q - 1][k], quarter);
  }
  best = {wasm_i32x4_splat(0), wasm_i32x4_splat(0)};
  best_gain = wasm_f32x4_splat(0.0f);
  for (int row = 0; row < rows; ++row) {
    const v128_t span = wasm_v128_load(tables.span[row]), bias = wasm_v128_load(tables.bias[row]);
    v128_t placed[4], pu[4], packed[4];
    NIBBLE_UNROLL
    for (int k = 0; k < 4; ++k) {
      placed[k] =
          wasm_i16x8_add(wasm_i16x8_mul(coarse[k], span), wasm_i16x8_add(quarters[tables.quarters[row]][k], bias));
    }
    NIBBLE_UNROLL
    for (int c = 0; c < 4; ++c) {
      const v128_t less = wasm_v128_load(tables.less[row][c]);
      NIBBLE_UNROLL
      for (int k = 0; k < 4; ++k) {
        const v128_t p =
            wasm_i16x8_min(wasm_u16x8_shr(wasm_u16x8_sub_sat(placed[k], less), Settings::coarse_bits), top);
        const v128_t px = wasm_i32x4_dot_i16x8(p, run.u[k]), pp = wasm_i32x4_dot_i16x8(p, wasm_v128_or(p, mark));
        pu[c] = k == 0 ? px : wasm_i32x4_add(pu[c], px);
        packed[c] = k == 0 ? pp : wasm_i32x4_add(packed[c], pp);
      }
    }
    const LevelSums sums{lane_sums(pu[0], pu[1], pu[2], pu[3]), lane_sums(packed[0], packed[1], packed[2], packed[3])};
    const v128_t gain = fit_sums(sums, run.mean, unit, inverse_n).gain, better = wasm_f32x4_gt(gain, best_gain);
    best_gain = wasm_f32x4_pmax(best_gain, gain);
    best = select_sums(better, sums, best);
  }

  const LevelFit fit = fit_sums(best, run.mean, unit, inverse_n);
  const v128_t T = wasm_f32x4_div(wasm_f32x4_splat(1.0f), fit.slope), one = wasm_f32x4_splat(1 << Settings::fixed_bits);
  const v128_t start = wasm_f32x4_sub(wasm_f32x4_splat(0.5f), wasm_f32x4_mul(fit.offset, T));
  const v128_t most = wasm_f32x4_splat(full_scale), least = wasm_f32x4_splat(-full_scale);
  const LevelSums again = sums_at<Settings>(run, nearest_i32(clamp_f32(wasm_f32x4_mul(T, one), least, most)),
                                            nearest_i32(clamp_f32(wasm_f32x4_mul(start, one), least, most)));
  const v128_t gain = fit_sums(again, run.mean, unit, inverse_n).gain, better = wasm_f32x4_gt(gain, best_gain);
  best_gain = wasm_f32x4_pmax(best_gain, gain);
  best = select_sums(better, again, best);
}

// The nearest half floats of numbers within their range, ties either way: of 11 bits, or multiples of 2^-24 below
// 2^-14.
inline v128_t nearest_half(v128_t v) {
  const v128_t split = wasm_f32x4_mul(v, wasm_f32x4_splat(8193.0f)), anchor = wasm_f32x4_splat(0.75f);
  const v128_t normal = wasm_f32x4_sub(split, wasm_f32x4_sub(split, v));
  const v128_t subnormal = wasm_f32x4_sub(wasm_f32x4_add(v, anchor), anchor);
  return wasm_v128_bitselect(subnormal, normal, wasm_f32x4_lt(wasm_f32x4_abs(v), wasm_f32x4_splat(0x1p-14f)));
}

// From the fits of four runs to half floats. Moving a scale by s and its offset by m costs B s^2 + 2 Q s m + n m^2: one
// of the two is taken at or next to the fit, the other follows it.
inline void round_to_halves(v128_t B, v128_t Q, v128_t& scale, v128_t& offset) {
  const v128_t n = wasm_f32x4_splat(32.0f), one = wasm_f32x4_splat(1.0f), fit_scale = scale, fit_offset = offset;
  const v128_t offset_per_scale = wasm_f32x4_mul(Q, wasm_f32x4_splat(1.0f / 32));
  const v128_t scale_per_offset = wasm_f32x4_div(Q, wasm_f32x4_pmax(B, one));
  v128_t least = wasm_f32x4_splat(std::numeric_limits<float>::infinity());
  const auto consider = [&](v128_t s, v128_t m) {
    const v128_t ds = wasm_f32x4_sub(s, fit_scale), dm = wasm_f32x4_sub(m, fit_offset);
    const v128_t along = wasm_f32x4_add(wasm_f32x4_mul(B, ds), wasm_f32x4_mul(wasm_f32x4_add(Q, Q), dm));
    const v128_t cost = wasm_f32x4_add(wasm_f32x4_mul(ds, along), wasm_f32x4_mul(n, wasm_f32x4_mul(dm, dm)));
    const v128_t better = wasm_v128_and(wasm_f32x4_lt(cost, least), wasm_f32x4_ge(s, wasm_f32x4_splat(0.0f)));
    least = wasm_v128_bitselect(cost, least, better);
    scale = wasm_v128_bitselect(s, scale, better);
    offset = wasm_v128_bitselect(m, offset, better);
  };
  const auto spacing = [](v128_t v) {
    return wasm_f32x4_pmax(wasm_f32x4_mul(wasm_f32x4_abs(v), wasm_f32x4_splat(0x1p-11f)), wasm_f32x4_splat(0x1p-24f));
  };
  const v128_t scale_step = spacing(fit_scale), offset_step = spacing(fit_offset);
  for (const float side : {0.0f, -1.0f, 1.0f}) {
    const v128_t away = wasm_f32x4_splat(side);
    const v128_t s = nearest_half(wasm_f32x4_add(fit_scale, wasm_f32x4_mul(away, scale_step)));
    consider(s,
             nearest_half(wasm_f32x4_sub(fit_offset, wasm_f32x4_mul(offset_per_scale, wasm_f32x4_sub(s, fit_scale)))));
    const v128_t m = nearest_half(wasm_f32x4_add(fit_offset, wasm_f32x4_mul(away, offset_step)));
    consider(nearest_half(wasm_f32x4_sub(fit_scale, wasm_f32x4_mul(scale_per_offset, wasm_f32x4_sub(m, fit_offset)))),
             m);
  }
}

// Four consecutive blocks.
template <class Settings, int rows>
inline void fit_four_blocks(const float* x, BlockParts* parts) {
  constexpr int n = 32;
  const v128_t zero = wasm_f32x4_splat(0.0f);
  const auto [least, most] = extremes_of_runs<n>(x);
  const v128_t range = wasm_f32x4_sub(most, least);
  const v128_t has_range = wasm_f32x4_gt(range, wasm_f32x4_splat(1e-30f));
  const v128_t inverse = wasm_v128_and(wasm_f32x4_div(wasm_f32x4_splat(1.0f), range), has_range);
  alignas(16) float factors[4], bases[4];
  wasm_v128_store(factors, wasm_f32x4_mul(inverse, wasm_f32x4_splat(full_scale)));
  wasm_v128_store(bases, least);

  v128_t gains[4];
  LevelSums sums[4];
  alignas(16) float means[4];
  for (int r = 0; r < 4; ++r) {
    Run32 run;
    const v128_t factor = wasm_v128_load32_splat(factors + r), base = wasm_v128_load32_splat(bases + r);
    v128_t total_u = wasm_i32x4_splat(0);
    NIBBLE_UNROLL
    for (int k = 0; k < 4; ++k) {
      const auto steps = [&](int i) {
        return nearest_i32(wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + n * r + i), base), factor));
      };
      run.u[k] = wasm_i16x8_narrow_i32x4(steps(8 * k), steps(8 * k + 4));
      total_u = wasm_i32x4_add(total_u, wasm_i32x4_dot_i16x8(run.u[k], wasm_i16x8_splat(1)));
    }
    total_u = lane_sums(total_u, total_u, total_u, total_u);
    run.mean = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(total_u), wasm_f32x4_splat(1.0f / (n * full_scale)));
    means[r] = wasm_f32x4_extract_lane(run.mean, 0);
    best_of_each_shift<Settings, rows>(run, sums[r], gains[r]);
  }

  // The best of every run's four lanes.
  transpose4(gains[0], gains[1], gains[2], gains[3]);
  transpose4(sums[0].pu, sums[1].pu, sums[2].pu, sums[3].pu);
  transpose4(sums[0].packed, sums[1].packed, sums[2].packed, sums[3].packed);
  for (int lane = 1; lane < 4; ++lane) {
    const v128_t better = wasm_f32x4_gt(gains[lane], gains[0]);
    gains[0] = wasm_f32x4_pmax(gains[0], gains[lane]);
    sums[0] = select_sums(better, sums[lane], sums[0]);
  }
  const LevelFit fit =
      fit_sums(sums[0], wasm_v128_load(means), wasm_f32x4_splat(1.0f / full_scale), wasm_f32x4_splat(1.0f / n));
  // Where no candidate has a gain, all weights are taken for their mean.
  v128_t scale = wasm_f32x4_mul(fit.slope, range), offset = wasm_f32x4_add(least, wasm_f32x4_mul(fit.offset, range));
  round_to_halves(squares_of(sums[0].packed), sums_of(sums[0].packed), scale, offset);
  alignas(16) float scales[4], offsets[4];
  wasm_v128_store(scales, scale);
  wasm_v128_store(offsets, offset);

  const v128_t highest_level = in_register(wasm_f32x4_splat(Settings::N));
  const v128_t magic = in_register(wasm_f32x4_splat(12582912.0f)), low_byte = in_register(wasm_i32x4_splat(0xFF));
  for (int r = 0; r < 4; ++r) {
    parts[r].scale[0] = f16_from_f32(scales[r]);
    parts[r].minimum[0] = f16_from_f32(offsets[r]);
    const float d = f32_from_f16(static_cast<uint16_t>(parts[r].scale[0]));
    const v128_t inverse_d = wasm_f32x4_splat(inverse_or_zero(d)),
                 start = wasm_f32x4_splat(f32_from_f16(static_cast<uint16_t>(parts[r].minimum[0])));
    const auto level = [&](int i) {
      const v128_t y = wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + n * r + i), start), inverse_d);
      return wasm_v128_and(wasm_f32x4_add(clamp_f32(y, zero, highest_level), magic), low_byte);
    };
    for (int i = 0; i < n; i += 16) {
      wasm_v128_store(parts[r].codes + i,
                      wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(level(i), level(i + 4)),
                                              wasm_i16x8_narrow_i32x4(level(i + 8), level(i + 12))));
    }
  }
}

}  // namespace

void affine_16_levels(const float* x, BlockParts* parts) {
  fit_four_blocks<Affine16Settings, Affine16Settings::rows>(x, parts);
}
void affine_32_levels(const float* x, BlockParts* parts) {
  fit_four_blocks<Affine32Settings, Affine32Settings::rows>(x, parts);
}
void affine_16_levels_quick(const float* x, BlockParts* parts) {
  fit_four_blocks<Affine16Settings, Affine16Settings::quick_rows>(x, parts);
}
void affine_32_levels_quick(const float* x, BlockParts* parts) {
  fit_four_blocks<Affine32Settings, Affine32Settings::quick_rows>(x, parts);
}

}  // namespace nibble::NIBBLE_TARGET
