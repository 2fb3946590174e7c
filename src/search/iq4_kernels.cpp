#include <cmath>

#include "numeric/half.h"
#include "search/integer_searches.h"
#include "search/iq4_runs.h"

/// Blocks of 32 weights on the uneven levels of IQ4, and super-blocks of eight such runs: x ~ d * code * level, codes
/// -32 .. 31. See integer_searches.h for the steps.
namespace nibble::NIBBLE_TARGET {
namespace {

struct Iq4SuperBlock {
  static constexpr int count = 8, groups = 2, lowest_code = -32, highest_code = 31;
  Iq4Run runs[count];
  v128_t largest[groups], unit[groups];  // the largest with its sign, four runs in a vector
  v128_t scale[groups], ll[groups];      // each run's own fit, in units of x; sum w level^2 of its levels
};

// Step 1.
template <bool weighted>
inline void fit_iq4_super_block(const float* x, const float* importance, Iq4SuperBlock& block) {
  for (int g = 0; g < Iq4SuperBlock::groups; ++g) {
    Iq4Run* runs = block.runs + 4 * g;
    fit_iq4_runs<weighted>(x + 128 * g, weighted ? importance + 128 * g : nullptr, runs, block.scale[g], block.ll[g]);
    block.largest[g] = wasm_f32x4_make(runs[0].largest, runs[1].largest, runs[2].largest, runs[3].largest);
    block.unit[g] = wasm_f32x4_make(runs[0].unit, runs[1].unit, runs[2].unit, runs[3].unit);
  }
}

// Step 2: the largest scale, with its sign, lands near the longer end of the codes.
inline float scan_iq4_multiples(const Iq4SuperBlock& block) {
  constexpr int multiples = 24;
  constexpr float first_multiple = 0.95f, multiple_step = 0.0109f;
  const float top = highest(wasm_f32x4_pmax(block.scale[0], block.scale[1]));
  const float bottom = lowest(wasm_f32x4_pmin(block.scale[0], block.scale[1]));
  const float smallest = (top >= -bottom ? top : bottom) / Iq4SuperBlock::lowest_code;
  const v128_t low = wasm_f32x4_splat(Iq4SuperBlock::lowest_code), high = wasm_f32x4_splat(Iq4SuperBlock::highest_code);
  float best = 0, best_d = 0;
  for (int first = 0; first < multiples; first += 4) {
    float d[4];
    v128_t costs[4];
    for (int k = 0; k < 4; ++k) {
      d[k] = stored_half(smallest * (first_multiple + multiple_step * static_cast<float>(first + k)));
      const v128_t step = wasm_f32x4_splat(d[k]), inverse = wasm_f32x4_splat(d[k] != 0.0f ? 1.0f / d[k] : 0.0f);
      costs[k] = wasm_f32x4_splat(0.0f);
      for (int g = 0; g < Iq4SuperBlock::groups; ++g) {
        const v128_t code = clamp_f32(nearest_f32(wasm_f32x4_mul(block.scale[g], inverse)), low, high);
        const v128_t off = wasm_f32x4_sub(wasm_f32x4_mul(code, step), block.scale[g]);
        costs[k] = wasm_f32x4_add(costs[k], wasm_f32x4_mul(wasm_f32x4_mul(block.ll[g], off), off));
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

// sum w level u and sum w level^2 of the levels nearest to u T, T in steps.
template <bool weighted>
inline void iq4_sums_at(const Iq4Run& run, int16_t T, v128_t& A, v128_t& B) {
  const v128_t t = wasm_i16x8_splat(T), values = wasm_v128_load(iq4_values);
  const v128_t highest_half = wasm_i16x8_splat(255), lowest_half = wasm_i16x8_splat(-256);
  A = B = wasm_i32x4_splat(0);
  NIBBLE_UNROLL
  for (int k = 0; k < 4; k += 2) {
    // floor(2y), as far as midpoints reach.
    const auto halves = [&](v128_t u) {
      const v128_t twice = wasm_i16x8_shr(wasm_i16x8_q15mulr_sat(u, t), 6);
      return wasm_i16x8_max(wasm_i16x8_min(twice, highest_half), lowest_half);
    };
    const v128_t level = wasm_i8x16_swizzle(values, iq4_codes_of_halves(halves(run.U[k]), halves(run.U[k + 1])));
    add_iq4_products<weighted>(run, k, wasm_i16x8_extend_low_i8x16(level), A, B);
    add_iq4_products<weighted>(run, k + 1, wasm_i16x8_extend_high_i8x16(level), A, B);
  }
}

// Step 3 for the four runs of group g: the code of the scale with the lowest error under d. Adds code^2 sum w level^2
// and code sum w level x to the sums of step 4.
template <bool weighted>
inline v128_t assign_iq4_group(const Iq4SuperBlock& block, int g, float d, v128_t& scale_scale, v128_t& scale_x) {
  constexpr int tries = 4;
  const v128_t zero = wasm_f32x4_splat(0.0f), most = wasm_f32x4_splat(32767.0f), least = wasm_f32x4_splat(-32767.0f);
  const v128_t low = wasm_f32x4_splat(Iq4SuperBlock::lowest_code), high = wasm_f32x4_splat(Iq4SuperBlock::highest_code);
  const v128_t wanted = wasm_f32x4_mul(block.scale[g], wasm_f32x4_splat(1.0f / d));
  const v128_t below = nearest_f32(wasm_f32x4_sub(wanted, wasm_f32x4_splat(0.5f)));
  const v128_t largest = block.largest[g];
  const v128_t x_per_step =
      wasm_f32x4_mul(wasm_f32x4_mul(largest, block.unit[g]), wasm_f32x4_splat(1.0f / iq4_full_scale<weighted>));
  v128_t best = wasm_f32x4_splat(3e38f), best_code = zero, kept_A = zero, kept_B = zero;
  for (int k = 0; k < tries; ++k) {
    const v128_t code =
        clamp_f32(wasm_f32x4_add(below, wasm_f32x4_splat(static_cast<float>(k + 1 - tries / 2))), low, high);
    const v128_t step = wasm_f32x4_mul(code, wasm_f32x4_splat(d));
    const v128_t span = wasm_f32x4_mul(wasm_f32x4_div(largest, step), wasm_f32x4_splat(iq4_steps));
    alignas(16) int32_t spans[4];
    // Without a scale the levels do not matter.
    wasm_v128_store(spans, nearest_i32(clamp_f32(wasm_v128_and(span, wasm_f32x4_ne(step, zero)), least, most)));
    v128_t A[4], B[4];
    for (int r = 0; r < 4; ++r)
      iq4_sums_at<weighted>(block.runs[4 * g + r], static_cast<int16_t>(spans[r]), A[r], B[r]);
    // sum w level x, and sum w (x - step level)^2 less sum w x^2.
    const v128_t all_A = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(A[0], A[1], A[2], A[3])), x_per_step);
    const v128_t all_B = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(lane_sums(B[0], B[1], B[2], B[3])), block.unit[g]);
    const v128_t error =
        wasm_f32x4_mul(step, wasm_f32x4_sub(wasm_f32x4_mul(step, all_B), wasm_f32x4_add(all_A, all_A)));
    const v128_t better = wasm_f32x4_lt(error, best);
    best = wasm_v128_bitselect(error, best, better);
    best_code = wasm_v128_bitselect(code, best_code, better);
    kept_A = wasm_v128_bitselect(all_A, kept_A, better);
    kept_B = wasm_v128_bitselect(all_B, kept_B, better);
  }
  scale_scale = wasm_f32x4_add(scale_scale, wasm_f32x4_mul(wasm_f32x4_mul(best_code, best_code), kept_B));
  scale_x = wasm_f32x4_add(scale_x, wasm_f32x4_mul(best_code, kept_A));
  return best_code;
}

template <bool weighted>
inline bool fit_iq4_xs(const float* x, const float* importance, BlockParts& parts) {
  constexpr int groups = Iq4SuperBlock::groups;
  Iq4SuperBlock block;
  fit_iq4_super_block<weighted>(x, importance, block);
  const float largest = highest(wasm_f32x4_pmax(wasm_f32x4_abs(block.largest[0]), wasm_f32x4_abs(block.largest[1])));
  if (!(largest > 1e-12f && largest < 1e9f)) return false;

  float d = scan_iq4_multiples(block);
  if (!(std::fabs(d) > 0.0f && std::fabs(d) < 65505.0f)) return false;
  v128_t codes[groups], scale_scale = wasm_f32x4_splat(0.0f), scale_x = scale_scale;
  for (int g = 0; g < groups; ++g) codes[g] = assign_iq4_group<weighted>(block, g, d, scale_scale, scale_x);
  const float ss = total(scale_scale);
  if (ss > 0) d = stored_half(total(scale_x) / ss);
  parts.shared_scale = f16_from_f32(d);
  for (int j = 0; j < Iq4SuperBlock::count; ++j) {
    alignas(16) float four[4];
    wasm_v128_store(four, codes[j / 4]);
    parts.scale[j] = static_cast<int32_t>(four[j % 4]);
    const float step = d * four[j % 4];
    const v128_t inverse = wasm_f32x4_splat(step != 0.0f ? 1.0f / step : 0.0f);
    for (int i = 32 * j; i < 32 * j + 32; i += 16) wasm_v128_store(parts.codes + i, round_to_iq4(x + i, inverse));
  }
  return true;
}

}  // namespace

void iq4_runs(const float* x, const float* importance, BlockParts* parts) {
  Iq4Run runs[4];
  v128_t scale, B;
  if (importance) {
    fit_iq4_runs<true>(x, importance, runs, scale, B);
  } else {
    fit_iq4_runs<false>(x, nullptr, runs, scale, B);
  }
  alignas(16) float scales[4];
  wasm_v128_store(scales, scale);
  for (int r = 0; r < 4; ++r) {
    parts[r].scale[0] = f16_from_f32(scales[r]);
    const float d = f32_from_f16(static_cast<uint16_t>(parts[r].scale[0]));
    const v128_t inverse = wasm_f32x4_splat(d != 0.0f ? 1.0f / d : 0.0f);
    for (int i = 0; i < 32; i += 16) wasm_v128_store(parts[r].codes + i, round_to_iq4(x + 32 * r + i, inverse));
  }
}

bool iq4_super_block(const float* x, const float* importance, BlockParts& parts) {
  return importance ? fit_iq4_xs<true>(x, importance, parts) : fit_iq4_xs<false>(x, nullptr, parts);
}

}  // namespace nibble::NIBBLE_TARGET
