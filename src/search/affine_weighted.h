#pragma once
#include "numeric/half.h"
#include "numeric/lanes.h"
#include "search/affine_candidates.h"

/// Blocks of 32 weights of unequal importance with a scale and a minimum of their own, x ~ scale * level + offset:
/// every candidate is judged by its own least-squares fit, and of each shift the best one is rounded once more to that
/// fit. V is float or a vector of independent blocks (numeric/lanes.h); arrays hold weight i of every lane at [i].
namespace nibble::NIBBLE_TARGET {

template <class V>
struct WeightedAffineFit {
  V gain, scale;              ///< in units of the range; gain is what the fit takes off sum w (x - mean)^2
  V mean_level, mean_square;  ///< of the levels
};

/// The fit of two choices of levels, limit(round(u T + start), 0, N), at once: enough to keep the processor busy, few
/// enough for its registers. wu[i] = w[i] u[i].
template <int N, class V>
inline void fit_two_weighted(const V* u, const V* w, const V* wu, V mean, V inverse_w, const V (&T)[2],
                             const V (&start)[2], WeightedAffineFit<V>* fits) {
  const V zero(0.0f), anchor(rounding_anchor), top(rounding_anchor + static_cast<float>(N));
  V A[2] = {zero, zero}, B[2] = {zero, zero}, Q[2] = {zero, zero};
  for (int i = 0; i < 32; ++i) {
    for (int k = 0; k < 2; ++k) {
      const V p = lower_of(higher_of((u[i] * T[k] + start[k]) + anchor, anchor), top) - anchor, wp = w[i] * p;
      A[k] += wu[i] * p;
      B[k] += wp * p;
      Q[k] += wp;
    }
  }
  for (int k = 0; k < 2; ++k) {
    const V mean_level = Q[k] * inverse_w, covariance = A[k] - mean * Q[k], variance = B[k] - mean_level * Q[k];
    const auto has_slope = both(variance > zero, covariance > zero);
    const V slope = select(has_slope, covariance / variance, zero);
    fits[k] = {covariance * slope, slope, mean_level, B[k] * inverse_w};
  }
}

template <class V>
inline WeightedAffineFit<V> better_fit(const WeightedAffineFit<V>& fit, const WeightedAffineFit<V>& than) {
  const auto is_better = fit.gain > than.gain;
  return {select(is_better, fit.gain, than.gain), select(is_better, fit.scale, than.scale),
          select(is_better, fit.mean_level, than.mean_level), select(is_better, fit.mean_square, than.mean_square)};
}

/// A scale and an offset for each lane, both half floats, from the first `rows` rows of candidates.
template <class Candidates, int rows, class V>
inline void fit_weighted_affine(const V* x, const V* w, V& scale, V& offset) {
  constexpr int n = 32, N = Candidates::N;
  const V zero(0.0f), one(1.0f);
  V low = x[0], high = x[0], sum_w = w[0];
  for (int i = 1; i < n; ++i) {
    low = lower_of(low, x[i]);
    high = higher_of(high, x[i]);
    sum_w += w[i];
  }
  const V width = high - low, inverse_width = select(width > zero, one / width, zero);
  const V inverse_w = select(sum_w > zero, one / sum_w, zero);
  V u[n], wu[n], sum_u(0.0f);
  for (int i = 0; i < n; ++i) {
    u[i] = (x[i] - low) * inverse_width;
    wu[i] = w[i] * u[i];
    sum_u += wu[i];
  }
  const V mean = sum_u * inverse_w;

  WeightedAffineFit<V> best[4];
  for (WeightedAffineFit<V>& of_shift : best) of_shift = {zero, zero, zero, zero};
  for (int row = 0; row < rows; ++row) {
    const AffineCandidates& of = Candidates::weighted_candidates[row];
    const V T[2] = {V(of.T), V(of.T)};
    for (int pair = 0; pair < 4; pair += 2) {
      const float first =
          (static_cast<float>(N) - of.T) / 2.0f + of.first_shift + of.shift_step * static_cast<float>(pair);
      WeightedAffineFit<V> fits[2];
      fit_two_weighted<N>(u, w, wu, mean, inverse_w, T, {V(first), V(first + of.shift_step)}, fits);
      for (int k = 0; k < 2; ++k) best[pair + k] = better_fit(fits[k], best[pair + k]);
    }
  }
  for (int pair = 0; pair < 4; pair += 2) {
    V T[2], start[2];
    for (int k = 0; k < 2; ++k) {
      const WeightedAffineFit<V>& fit = best[pair + k];
      T[k] = select(fit.scale > zero, one / fit.scale, zero);
      start[k] = fit.mean_level - mean * T[k];
    }
    WeightedAffineFit<V> fits[2];
    fit_two_weighted<N>(u, w, wu, mean, inverse_w, T, start, fits);
    for (int k = 0; k < 2; ++k) best[pair + k] = better_fit(fits[k], best[pair + k]);
  }
  for (int k = 1; k < 4; ++k) best[0] = better_fit(best[k], best[0]);
  // Half floats: the scale follows the rounded offset, and the offset the rounded scale. Where no candidate has a gain,
  // all weights are taken for their mean.
  const auto stored = [](V v) {
    float each[lane_count<V>];
    store_run(v, each);
    for (float& number : each) number = f32_from_f16(f16_from_f32(number));
    return load_run<V>(each);
  };
  const WeightedAffineFit<V>& fit = best[0];
  const V fit_scale = fit.scale * width, fit_offset = low + width * (mean - fit.scale * fit.mean_level);
  const V scale_per_offset = select(fit.mean_square > zero, fit.mean_level / fit.mean_square, zero);
  scale = stored(higher_of(fit_scale - scale_per_offset * (stored(fit_offset) - fit_offset), zero));
  offset = stored(fit_offset - fit.mean_level * (scale - fit_scale));
}

}  // namespace nibble::NIBBLE_TARGET
