#include <type_traits>

#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/q4_1.h"
#include "formats/q5_1.h"
#include "search/affine_weighted.h"

/// lowest-error and quick for blocks of 32 weights with a scale and a minimum: they store what step 1 finds, rounded to
/// half floats.
namespace nibble {
namespace {

using namespace lowest_error;

template <class F>
using CandidatesOf = std::conditional_t<std::is_same_v<F, Q4_1>, Q41Candidates, Q51Candidates>;

/// lane_count<V> blocks of 32 weights of unequal importance.
template <class F, Guard guard, class V>
bool weighted_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  using Candidates = CandidatesOf<F>;
  constexpr int n = 32, lanes = lane_count<V>;
  constexpr int rows = guard == Guard::compare ? Candidates::weighted_rows : Candidates::quick_weighted_rows;
  V values[n], weights[n], scale, offset;
  load_lanes<n>(x, n, values);
  load_lanes<n>(importance, n, weights);
  fit_weighted_affine<Candidates, rows>(values, weights, scale, offset);
  float scales[lanes], offsets[lanes];
  store_run(scale, scales);
  store_run(offset, offsets);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(scales[b]), m = f16_from_f32(offsets[b]);
    uint8_t codes[n] = {};
    round_to_grid<n, V>(x + n * b, f32_from_f16(d), -f32_from_f16(m), 0, Candidates::N, codes);
    F::encode(d, m, codes, blocks + F::block_bytes * b);
  }
  return true;
}

/// `count` blocks, up to four, by the integer search.
template <class F, void (*fit_four)(const float*, Block32Fit*), int count>
bool integer_blocks_of_32(const float* x, uint8_t* blocks, const float*) {
  float weights[4 * 32];
  Block32Fit fits[4];
  fit_four(filled_to_four<count>(x, weights), fits);
  for (size_t b = 0; b < count; ++b) F::encode(fits[b].d, fits[b].m, fits[b].levels, blocks + F::block_bytes * b);
  return true;
}

template <Guard guard, Kernel kernel>
constexpr auto fit_of(const Q4_1*) {
  return guard == Guard::compare ? NIBBLE_OF_KERNEL(q4_1) : NIBBLE_OF_KERNEL(q4_1_quick);
}
template <Guard guard, Kernel kernel>
constexpr auto fit_of(const Q5_1*) {
  return guard == Guard::compare ? NIBBLE_OF_KERNEL(q5_1) : NIBBLE_OF_KERNEL(q5_1_quick);
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize_affine_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) {
    constexpr auto fit = fit_of<guard, kernel>(static_cast<F*>(nullptr));
    return quantize_searched<guard, F, kernel, V, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, fit, 4>,
                                                     integer_blocks_of_32<F, fit, 1>);
  }
  quantize_searched<guard, F, kernel, V, lane_count<V>>(
      row, blocks, length, importance, weighted_blocks_of_32<F, guard, V>, weighted_blocks_of_32<F, guard, float>);
}

}  // namespace

std::vector<Quantizer> affine_lowest_error(Type type) {
  switch (type) {
    case Type::q4_1: return NIBBLE_SEARCHES(quantize_affine_32, Q4_1);
    case Type::q5_1: return NIBBLE_SEARCHES(quantize_affine_32, Q5_1);
    default: return {};
  }
}

}  // namespace nibble
