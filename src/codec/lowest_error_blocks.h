#pragma once
#include <cstring>
#include <type_traits>

#include "codec/guarded.h"
#include "codec/k_quants.h"
#include "codec/lowest_error.h"
#include "codec/scale_search.h"
#include "search/lowest_error.h"
#include "search/super_block_fits.h"

/// From a search to blocks, where several kinds of formats do it the same way.
namespace nibble::lowest_error {

/// How a format searches: the grids of steps 1 and 2 of search/lowest_error.h and how often step 4 repeats. Defined where
/// the format's quantizers are.
template <class F>
struct Search;

/// The codes of a symmetric super-block: the level nearest to x / step.
template <class F, class V>
bool symmetric_block(const float* x, uint8_t* block, const float* importance) {
  constexpr int n = F::scale_length, count = F::block_length / n;
  using Grid = typename Search<F>::Grid;
  const Runs<n, V> runs{x, importance};
  SymmetricFits<count> fits;
  for (int run = 0; run < count; run += lane_count<V>) {
    V values[n], weights[n];
    runs(run, values, weights);
    fit_symmetric_runs<n, Grid>(values, weights, Search<F>::divisors, Search<F>::negative_divisors, run, fits);
  }
  const SymmetricStored<count> stored = fit_symmetric_block<n, Grid, Search<F>::S, count, V>(
      fits, Search<F>::multiples, Search<F>::rounds, runs);
  uint8_t codes[super_block];
  for (int j = 0; j < count; ++j) {
    const float step = stored.d * stored.scale[j];
    for (int i = 0; i < n; ++i) {
      codes[n * j + i] = Grid::code(quotient(x[n * j + i], step));
    }
  }
  using ScaleCode = typename Search<F>::ScaleCode;
  constexpr int lowest = std::is_signed_v<ScaleCode> ? 0 : -Search<F>::S;
  ScaleCode scales[count];
  for (int j = 0; j < count; ++j) scales[j] = static_cast<ScaleCode>(static_cast<int>(stored.scale[j]) - lowest);
  F::encode(f16_from_f32(stored.d), scales, codes, block);
  return true;
}

/// lane_count<V> blocks of 32 weights with a scale.
template <class F, class V>
bool symmetric_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int n = 32, lanes = lane_count<V>;
  using Grid = typename Search<F>::Grid;
  V values[n], weights[n];
  Runs<n, V>{x, importance}(0, values, weights);
  SymmetricFits<lanes> fits;
  fit_symmetric_runs<n, Grid>(values, weights, Search<F>::divisors, Search<F>::negative_divisors, 0, fits);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(fits.scale[b]);
    uint8_t codes[n];
    for (int i = 0; i < n; ++i) {
      codes[i] = Grid::code(quotient(x[n * b + i], f32_from_f16(d)));
    }
    F::encode(d, codes, blocks + F::block_bytes * b);
  }
  return true;
}

/// `count` blocks, up to four, by the integer search.
template <class F, void (*fit_four)(const float*, Block32Fit*), int count>
bool integer_blocks_of_32(const float* x, uint8_t* blocks, const float*) {
  constexpr size_t n = F::block_length;
  float four[4 * n] = {};
  if (count < 4) {
    std::memcpy(four, x, count * n * sizeof(float));
    x = four;
  }
  Block32Fit fits[4];
  fit_four(x, fits);
  for (size_t b = 0; b < count; ++b) {
    if constexpr (requires { F::encode(fits[b].d, fits[b].m, fits[b].levels, blocks); }) {
      F::encode(fits[b].d, fits[b].m, fits[b].levels, blocks + F::block_bytes * b);
    } else {
      F::encode(fits[b].d, fits[b].levels, blocks + F::block_bytes * b);
    }
  }
  return true;
}

/// Where one scale per block is all there is to choose, the exact search has the lowest error.
template <class F, Guard guard, Kernel kernel, class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  static const QuantizeRow exact = find_quantizer(F::type, exact_method, kernel)->run;
  constexpr int together = 16;
  const auto improve = [](const float* x, uint8_t* some, const float* weights) {
    exact(x, some, together * F::block_length, weights);
    return true;
  };
  const auto improve_one = [](const float* x, uint8_t* one, const float* weights) {
    exact(x, one, F::block_length, weights);
    return true;
  };
  quantize_searched<guard, F, kernel, V, together>(row, blocks, length, importance, improve, improve_one);
}

}  // namespace nibble::lowest_error

/// The entries of a method for every kernel of this build, from a function template over a format, a guard, a kernel and
/// the vector that goes with it.
#if NIBBLE_SIMD
#define NIBBLE_BOTH_KERNELS(method, function, F, guard)                \
  Quantizer{method, Kernel::scalar, function<F, guard, Kernel::scalar, float>}, \
      Quantizer{method, Kernel::simd, function<F, guard, Kernel::simd, Float4>}
#else
#define NIBBLE_BOTH_KERNELS(method, function, F, guard) \
  Quantizer{method, Kernel::scalar, function<F, guard, Kernel::scalar, float>}
#endif
#define NIBBLE_LOWEST_ERROR(function, F) NIBBLE_BOTH_KERNELS(lowest_error_method, function, F, Guard::compare)
#define NIBBLE_QUICK(function, F) NIBBLE_BOTH_KERNELS(quick_method, function, F, Guard::none)

/// A function of search/super_block_fits.h for `kernel`.
#if NIBBLE_SIMD
#define NIBBLE_OF_KERNEL(name) (kernel == Kernel::simd ? super_block_fits_simd::name : super_block_fits_scalar::name)
#else
#define NIBBLE_OF_KERNEL(name) super_block_fits_scalar::name
#endif
