#pragma once
#include <algorithm>
#include <cmath>

#include "numeric/half.h"
#include "numeric/lanes.h"
#include "search/llama_cpp_iq4.h"

/// The "lowest-error" searches: better numbers inside the same block layouts. They minimise the sum of squared errors,
/// weighted by the importance matrix where there is one, in these steps:
///   1. every run of weights with its own scale tries a grid of scales around the one that uses the whole range; each
///      choice of codes is judged by its own least-squares fit, in closed form;
///   2. the numbers all runs of a super-block share are scanned, judged by the curvature of each run's error;
///   3. each run then tries the stored scales next to its own, judged by its real error;
///   4. the shared numbers are fitted again to the codes, and 3 repeats; the best of all rounds is kept.
/// Formats with minima, and weights of equal importance in most others, have faster forms of the same steps:
/// search/super_block_fits.h, search/affine_weighted.h and search/exact_integers.h.
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

/// A grid of candidates: the first, the distance, how many.
struct Steps {
  float first, step;
  int count;
};

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
