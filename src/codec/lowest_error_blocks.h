#pragma once
#include <cstring>

#include "codec/guarded.h"
#include "codec/k_quants.h"
#include "codec/lowest_error.h"
#include "codec/scale_search.h"
#include "search/super_block_fits.h"

/// From a search to blocks, where several kinds of formats do it the same way.
namespace nibble::lowest_error {

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

/// `count` blocks with a scale and a minimum, up to four, by the integer search.
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
    F::encode(fits[b].d, fits[b].m, fits[b].levels, blocks + F::block_bytes * b);
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
