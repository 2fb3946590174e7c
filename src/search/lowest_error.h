#pragma once
#include <algorithm>
#include <cmath>

#include "numeric/half.h"
#include "numeric/lanes.h"
#include "search/llama_cpp_iq4.h"

/// The "lowest-error" searches: better numbers inside the same block layouts. They minimise the sum of squared errors,
/// weighted by the importance matrix where there is one, in these steps:
///   1. every run of weights with its own scale (and minimum) tries a grid of scales and offsets around the one that uses
///      the whole range; each choice of codes is judged by its own least-squares fit, in closed form;
///   2. the numbers all runs of a super-block share are scanned, judged by the curvature of each run's error;
///   3. each run then tries the stored scales (and minima) next to its own, judged by its real error;
///   4. the shared numbers are fitted again to the codes, and 3 repeats; the best of all rounds is kept.
/// Weights of equal importance have faster forms of the same steps in most formats: search/super_block_fits.h and
/// search/exact_integers.h.
/// V is float or a vector of independent runs (numeric/lanes.h); arrays hold weight i of every lane at [i].
namespace nibble::lowest_error {

/// The nearest integer, ties to even, for |v| < 2^22; a larger value stays about as large. Adding 1.5 * 2^23 leaves no
/// room for a fraction.
template <class V>
inline V round_even(V v) {
  const V magic(12582912.0f);
  return (v + magic) - magic;
}

template <class V>
inline V limit(V v, V low, V high) {
  return lower_of(higher_of(v, low), high);
}

inline float stored_half(float v) { return f32_from_f16(f16_from_f32(v)); }

/// x / step, or 0 where there is none: sums of huge weights overflow, and such a block is not kept.
inline float quotient(float x, float step) {
  const float ratio = step != 0 ? x / step : 0.0f;
  return ratio == ratio ? ratio : 0.0f;
}

/// Loads lane_count<V> runs of n weights and what their errors count.
template <int n, class V>
struct Runs {
  const float* x;
  const float* importance;
  void operator()(int run, V* values, V* weights) const {
    load_lanes<n>(x + n * run, n, values);
    if (importance) {
      load_lanes<n>(importance + n * run, n, weights);
    } else {
      for (int i = 0; i < n; ++i) weights[i] = V(1.0f);
    }
  }
};

/// Sums over one run for one choice of levels q: sum w q x, sum w q^2, sum w q.
template <class V>
struct LevelSums {
  V qx, qq, q;
};

/// A grid of candidates: the first, the distance, how many.
struct Steps {
  float first, step;
  int count;
};

// ---- Levels 0..N with a scale and an offset: x ~ scale * q + offset -------------------------------------------------

/// The runs of a block with their least-squares fits. `count` runs of n weights; all in units of x.
template <int count>
struct AffineFits {
  float scale[count], offset[count];
  float qq[count], q[count];  ///< curvature of the error: sum w q^2, sum w q
  float w[count], x[count];   ///< sum w, sum w x
};

/// Step 1 for lane_count<V> runs. `range` is how many levels the run's range spans, `shift` how far the levels are moved
/// from the middle. With `offset_limit` offsets above zero are not allowed (minima of K-quants are never negative).
template <int n, int N, bool offset_limit, int count, class V>
inline void fit_affine_runs(const V* x, const V* w, const Steps& range, const Steps& shift, int run,
                            AffineFits<count>& fits) {
  const V zero(0.0f), one(1.0f), top(static_cast<float>(N));
  V low = x[0], high = x[0], sum_w = w[0], sum_x = w[0] * x[0];
  for (int i = 1; i < n; ++i) {
    low = lower_of(low, x[i]);
    high = higher_of(high, x[i]);
    sum_w += w[i];
    sum_x += w[i] * x[i];
  }
  if (offset_limit) low = lower_of(low, zero);
  const V width = high - low;
  const V inverse_width = select(width > zero, one / width, zero);
  const V inverse_w = select(sum_w > zero, one / sum_w, zero);

  V best_gain = zero, scale = zero, offset = sum_x * inverse_w, qq = zero, q_sum = zero;
  if (offset_limit) offset = lower_of(offset, zero);
  for (int t = 0; t < range.count; ++t) {
    const float span = range.first + range.step * static_cast<float>(t);
    const V inverse = V(span) * inverse_width;
    for (int u = 0; u < shift.count; ++u) {
      const V start((static_cast<float>(N) - span) / 2.0f + shift.first + shift.step * static_cast<float>(u));
      const V start_at_zero = start - low * inverse;
      LevelSums<V> sums{zero, zero, zero};
      for (int i = 0; i < n; ++i) {
        const V q = limit(round_even(x[i] * inverse + start_at_zero), zero, top);
        const V wq = w[i] * q;
        sums.q += wq;
        sums.qq += wq * q;
        sums.qx += wq * x[i];
      }
      // Least squares with an offset: covariance and variance of the levels.
      const V mean_q = sums.q * inverse_w;
      const V covariance = sums.qx - mean_q * sum_x, variance = sums.qq - mean_q * sums.q;
      const V slope = covariance / variance;
      V gain = covariance * slope, fitted_scale = slope, fitted_offset = (sum_x - slope * sums.q) * inverse_w;
      auto usable = both(variance > zero, covariance > zero);
      if (offset_limit) {
        // An offset that is not allowed becomes zero, and the scale is fitted alone.
        const auto above = fitted_offset > zero;
        fitted_scale = select(above, sums.qx / sums.qq, fitted_scale);
        gain = select(above, sums.qx * fitted_scale - sum_x * sum_x * inverse_w, gain);
        fitted_offset = select(above, zero, fitted_offset);
      }
      const auto better = both(usable, gain > best_gain);
      best_gain = select(better, gain, best_gain);
      scale = select(better, fitted_scale, scale);
      offset = select(better, fitted_offset, offset);
      qq = select(better, sums.qq, qq);
      q_sum = select(better, sums.q, q_sum);
    }
  }
  store_run(scale, fits.scale + run);
  store_run(offset, fits.offset + run);
  store_run(qq, fits.qq + run);
  store_run(q_sum, fits.q + run);
  store_run(sum_w, fits.w + run);
  store_run(sum_x, fits.x + run);
}

// ---- Levels around zero with a signed scale: x ~ scale * level ------------------------------------------------------

/// Even levels low..high.
template <int low, int high>
struct EvenLevels {
  static constexpr float longest = -low;
  template <class V>
  static V nearest(V y) {
    return limit(round_even(y), V(static_cast<float>(low)), V(static_cast<float>(high)));
  }
  static uint8_t code(float y) { return static_cast<uint8_t>(static_cast<int>(nearest(y)) - low); }
};
/// The uneven levels of IQ4_NL and IQ4_XS.
struct Iq4Levels {
  static constexpr float longest = 127;
  template <class V>
  static V nearest(V y) {
    return llama_cpp_search::nearest_iq4_value(y);
  }
  static uint8_t code(float y) { return static_cast<uint8_t>(nearest_iq4_code(y)); }
};

template <int count>
struct SymmetricFits {
  float scale[count];
  float qq[count];  ///< curvature: sum w level^2
};

/// Step 1 for lane_count<V> runs: divisors max|x| / |scale| of either sign.
template <int n, class Grid, int count, class V>
inline void fit_symmetric_runs(const V* x, const V* w, const Steps& divisors, const Steps& negative_divisors, int run,
                               SymmetricFits<count>& fits) {
  const V zero(0.0f), one(1.0f);
  V amax = zero;
  for (int i = 0; i < n; ++i) amax = higher_of(amax, absolute(x[i]));
  const V inverse_max = select(amax > zero, one / amax, zero);
  V best_gain = zero, scale = zero, qq = zero;
  for (int k = 0; k < divisors.count + negative_divisors.count; ++k) {
    const float divisor = k < divisors.count
                              ? divisors.first + divisors.step * static_cast<float>(k)
                              : -negative_divisors.first - negative_divisors.step * static_cast<float>(k - divisors.count);
    const V inverse = V(divisor) * inverse_max;
    V sum_qx = zero, sum_qq = zero;
    for (int i = 0; i < n; ++i) {
      const V level = Grid::nearest(x[i] * inverse), wq = w[i] * level;
      sum_qx += wq * x[i];
      sum_qq += wq * level;
    }
    const V fitted = sum_qx / higher_of(sum_qq, V(1e-37f)), gain = sum_qx * fitted;
    const auto better = gain > best_gain;
    best_gain = select(better, gain, best_gain);
    scale = select(better, fitted, scale);
    qq = select(better, sum_qq, qq);
  }
  store_run(scale, fits.scale + run);
  store_run(qq, fits.qq + run);
}

/// What a super-block without minima stores: weight = d * scale[j] * level.
template <int count>
struct SymmetricStored {
  float d = 0;              ///< as a half float holds it
  float scale[count] = {};  ///< codes -S..S-1
};

/// Step 2.
template <int S, class V, int count>
inline void scan_symmetric(const SymmetricFits<count>& fits, const Steps& multiples, SymmetricStored<count>& stored) {
  float largest = 0;
  for (int j = 0; j < count; ++j) {
    if (std::fabs(fits.scale[j]) > std::fabs(largest)) largest = fits.scale[j];
  }
  float best = 0;
  for (int k = 0; k < multiples.count; ++k) {
    // The largest scale, with its sign, lands near the longer end of the codes.
    const float d = stored_half(-largest / S * (multiples.first + multiples.step * static_cast<float>(k)));
    const V inverse(d != 0 ? 1.0f / d : 0.0f), lowest(static_cast<float>(-S)), highest(static_cast<float>(S - 1));
    V total(0.0f);
    for (int j = 0; j < count; j += lane_count<V>) {
      const V scale = load_run<V>(fits.scale + j);
      const V off = limit(round_even(scale * inverse), lowest, highest) * V(d) - scale;
      total += load_run<V>(fits.qq + j) * off * off;
    }
    float lanes[lane_count<V>], sum = 0;
    store_run(total, lanes);
    for (const float lane : lanes) sum += lane;
    if (k == 0 || sum < best) {
      best = sum;
      stored.d = d;
    }
  }
}

/// Steps 2 to 4 over a super-block; `weigh(run, x, w)` loads the weights of lane_count<V> runs.
template <int n, class Grid, int S, int count, class V, class Weigh>
inline SymmetricStored<count> fit_symmetric_block(const SymmetricFits<count>& fits, const Steps& multiples, int rounds,
                                                  Weigh weigh) {
  const V zero(0.0f), one(1.0f), lowest(static_cast<float>(-S)), highest(static_cast<float>(S - 1));
  SymmetricStored<count> trial, best;
  scan_symmetric<S, V>(fits, multiples, trial);
  float best_error = 0;
  for (int round = 0; round < rounds; ++round) {
    double total = 0, scale_scale = 0, scale_x = 0;
    for (int run = 0; run < count; run += lane_count<V>) {
      V x[n], w[n];
      weigh(run, x, w);
      const V d(trial.d), inverse_d(trial.d != 0 ? 1.0f / trial.d : 0.0f);
      const V below = round_even(load_run<V>(fits.scale + run) * inverse_d - V(0.5f));
      V least(3e38f), best_code = zero, best_qx = zero, best_qq = zero;
      for (int a = -1; a < 3; ++a) {
        const V code = limit(below + V(static_cast<float>(a)), lowest, highest), step = code * d;
        const V inverse = select(step != zero, one / step, zero);
        V error = zero, qx = zero, qq = zero;
        for (int i = 0; i < n; ++i) {
          const V level = Grid::nearest(x[i] * inverse), off = x[i] - step * level, wq = w[i] * level;
          error += w[i] * (off * off);
          qx += wq * x[i];
          qq += wq * level;
        }
        const auto better = error < least;
        least = select(better, error, least);
        best_code = select(better, code, best_code);
        best_qx = select(better, qx, best_qx);
        best_qq = select(better, qq, best_qq);
      }
      store_run(best_code, trial.scale + run);
      float errors[lane_count<V>], qx[lane_count<V>], qq[lane_count<V>];
      store_run(least, errors);
      store_run(best_qx, qx);
      store_run(best_qq, qq);
      for (int lane = 0; lane < lane_count<V>; ++lane) {
        const double a = trial.scale[run + lane];
        total += errors[lane];
        scale_scale += a * a * qq[lane];
        scale_x += a * qx[lane];
      }
    }
    const float error = static_cast<float>(total);
    if (round > 0 && !(error < best_error)) break;
    best = trial;
    best_error = error;
    if (!(scale_scale > 0)) break;
    trial.d = stored_half(static_cast<float>(scale_x / scale_scale));
    if (trial.d == best.d || trial.d == 0 || !std::isfinite(trial.d)) break;
  }
  return best;
}

}  // namespace nibble::lowest_error
