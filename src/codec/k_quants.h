#pragma once
#include <cmath>
#include <cstdint>

#include "formats/code_packing.h"
#include "formats/grammar_of.h"
#include "numeric/half.h"
#include "numeric/lanes.h"
#include "search/llama_cpp_affine.h"
#include "search/llama_cpp_nonnegative.h"
#include "search/llama_cpp_symmetric.h"
#include "search/llama_cpp_weights.h"

/// What the K-quant quantizers share: searches over the sub-blocks of a super-block, lane_count<V> at a time, and the
/// second rounding of all weights once the scales are stored. n is the length of a sub-block.
namespace nibble::NIBBLE_TARGET {

/// The result of searching every sub-block of a super-block.
template <int n>
struct SubBlockFits {
  static constexpr int count = super_block / n;
  float scale[count];
  float minimum[count];     ///< grids with a minimum only
  float weight_sum[count];  ///< sum of the error weights of a sub-block
  BlockParts parts;         ///< what is to be stored, its codes from the lowest level up
};

/// Sum of w[i], from zero up.
template <int n, class V>
inline V sum_of(const V* w) {
  V sum(0.0f);
  for (int i = 0; i < n; ++i) sum += w[i];
  return sum;
}

/// Error weights from an importance row, for sub-blocks j .. j + lanes - 1.
template <int n, class V>
inline void load_importance_weights(const V* x, const float* importance, int j, float sigma2, V* w) {
  V q[n];
  load_lanes<n>(importance + n * j, n, q);
  llama_cpp_search::importance_weights<n>(x, q, V(sigma2), w);
}

/// Searches the sub-blocks with `fit(x, w, levels, j, fits)` after `weigh(j, x, w)` has filled the weights.
template <int n, class V, class Weigh, class Fit>
inline void fit_sub_blocks(const float* x, SubBlockFits<n>& fits, Weigh weigh, Fit fit) {
  for (int j = 0; j < SubBlockFits<n>::count; j += lane_count<V>) {
    V lanes[n], w[n], levels[n];
    load_lanes<n>(x + n * j, n, lanes);
    weigh(j, lanes, w);
    store_run(sum_of<n>(w), fits.weight_sum + j);
    fit(lanes, w, levels, j);
    store_levels<n>(levels, n, fits.parts.codes + n * j);
  }
}

template <int n, int N, llama_cpp_search::Deviation deviation, class V, class Weigh>
inline void fit_affine_sub_blocks(const float* x, const llama_cpp_search::AffineGrid& grid, SubBlockFits<n>& fits,
                                  Weigh weigh) {
  fit_sub_blocks<n, V>(x, fits, weigh, [&](const V* lanes, const V* w, V* levels, int j) {
    const auto fit = llama_cpp_search::fit_affine<n, N, deviation>(lanes, w, grid, levels);
    store_run(fit.scale, fits.scale + j);
    store_run(fit.minimum, fits.minimum + j);
  });
}

template <int n, int N, class V, class Weigh>
inline void fit_symmetric_sub_blocks(const float* x, SubBlockFits<n>& fits, Weigh weigh) {
  fit_sub_blocks<n, V>(x, fits, weigh, [&](const V* lanes, const V* w, V* levels, int j) {
    store_run(llama_cpp_search::fit_symmetric<n, N>(lanes, w, levels), fits.scale + j);
  });
}

/// Multiples 0..N for the scales and minima of weighted fits, each by fit_nonnegative.
template <int n, int N>
inline void fit_scales_and_minima(SubBlockFits<n>& fits) {
  constexpr int count = SubBlockFits<n>::count;
  const auto fit = [&](const float* values, uint16_t& shared, int32_t* multiples) {
    float levels[count];
    uint8_t bytes[count];
    shared = f16_from_f32(llama_cpp_search::fit_nonnegative<count, N>(values, fits.weight_sum, levels));
    store_levels<count>(levels, 0, bytes);
    for (int j = 0; j < count; ++j) multiples[j] = bytes[j];
  };
  fit(fits.scale, fits.parts.shared_scale, fits.parts.scale);
  fit(fits.minimum, fits.parts.shared_minimum, fits.parts.minimum);
}

/// The value of largest magnitude, with its sign; the first of equals. Zero when all are zero.
template <int count>
inline float signed_extreme(const float* values) {
  return llama_cpp_search::extreme_of<count>(values).value;
}

/// The largest positive value, or zero.
template <int count>
inline float largest_of(const float* values) {
  float largest = 0.0f;
  for (int j = 0; j < count; ++j) largest = higher_of(largest, values[j]);
  return largest;
}

/// Rounds the n weights of a sub-block to clamp((x + minimum) / step, low, high) - low. Weights of a sub-block whose
/// stored step is zero keep the levels of the search.
template <int n, class V>
inline void round_to_grid(const float* x, float step, float minimum, int low, int high, uint8_t* levels) {
  if (step == 0.0f) return;
  V rounded[n / lane_count<V>];
  for (int i = 0; i < n / lane_count<V>; ++i) {
    const V value = load_run<V>(x + i * lane_count<V>);
    rounded[i] = nearest_level((value + V(minimum)) / V(step), low, high) - V(static_cast<float>(low));
  }
  store_level_run<n>(rounded, levels);
}

}  // namespace nibble::NIBBLE_TARGET
