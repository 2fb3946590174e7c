#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/q4_1.h"
#include "formats/q5_1.h"

/// lowest-error and quick for blocks of 32 weights with a scale and a minimum: they store what step 1 finds, rounded to half
/// floats.
namespace nibble {
namespace lowest_error {

template <>
struct Search<Q4_1> {
  static constexpr int N = 15;
  static constexpr Steps range{11.6f, 0.41f, 16}, shift{-0.45f, 0.128f, 8};
};
template <>
struct Search<Q5_1> {
  static constexpr int N = 31;
  static constexpr Steps range{26.5f, 0.5f, 18}, shift{-0.45f, 0.128f, 8};
};

}  // namespace lowest_error

namespace {

using namespace lowest_error;

/// lane_count<V> blocks of 32 weights with a scale and a minimum.
template <class F, class V>
bool affine_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int n = 32, lanes = lane_count<V>;
  V values[n], weights[n];
  Runs<n, V>{x, importance}(0, values, weights);
  AffineFits<lanes> fits;
  fit_affine_runs<n, Search<F>::N, false>(values, weights, Search<F>::range, Search<F>::shift, 0, fits);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(fits.scale[b]), m = f16_from_f32(fits.offset[b]);
    uint8_t codes[n] = {};
    round_to_grid<n, V>(x + n * b, f32_from_f16(d), -f32_from_f16(m), 0, Search<F>::N, codes);
    F::encode(d, m, codes, blocks + F::block_bytes * b);
  }
  return true;
}

template <Guard guard, Kernel kernel>
constexpr auto fit_of(const Q4_1*) { return guard == Guard::compare ? NIBBLE_OF_KERNEL(q4_1) : NIBBLE_OF_KERNEL(q4_1_quick); }
template <Guard guard, Kernel kernel>
constexpr auto fit_of(const Q5_1*) { return guard == Guard::compare ? NIBBLE_OF_KERNEL(q5_1) : NIBBLE_OF_KERNEL(q5_1_quick); }

template <class F, Guard guard, Kernel kernel, class V>
void quantize_affine_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) {
    constexpr auto fit = fit_of<guard, kernel>(static_cast<F*>(nullptr));
    return quantize_searched<guard, F, kernel, V, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, fit, 4>,
                                                     integer_blocks_of_32<F, fit, 1>);
  }
  quantize_searched<guard, F, kernel, V, lane_count<V>>(row, blocks, length, importance, affine_blocks_of_32<F, V>,
                                                        affine_blocks_of_32<F, float>);
}

}  // namespace

std::vector<Quantizer> affine_lowest_error(Type type) {
  switch (type) {
    case Type::q4_1: return {NIBBLE_LOWEST_ERROR(quantize_affine_32, Q4_1), NIBBLE_QUICK(quantize_affine_32, Q4_1)};
    case Type::q5_1: return {NIBBLE_LOWEST_ERROR(quantize_affine_32, Q5_1), NIBBLE_QUICK(quantize_affine_32, Q5_1)};
    default: return {};
  }
}

}  // namespace nibble
