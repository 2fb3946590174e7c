#pragma once
#include <utility>

#include "codec/k_quants.h"
#include "codec/searched_rows.h"
#include "codec/unbiased.h"
#include "search/affine_methods.h"
#include "search/affine_weighted.h"

/// The searches of formats with a scale and an offset per run of weights: every method of search/affine_methods.h, and
/// lowest-error and quick, which store what the candidates of search/affine_candidates.h find, for blocks of 32 weights
/// with 16 or 32 levels. After a search both numbers are rounded to half floats, and every weight takes the level
/// nearest to it.
namespace nibble::NIBBLE_TARGET {

template <class F>
constexpr int last_level = static_cast<int>(levels_of<F>.levels.back());

template <class F, size_t method>
void quantize_by_affine_method(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  thread_local AffineScratch scratch;
  const AffineMethod& chosen = all_affine_methods()[method];
  constexpr size_t n = F::scale_length;
  for (size_t at = 0; at < length; at += F::block_length, blocks += F::block_bytes) {
    BlockParts parts;
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      const float *x = row + at + r * n, *w = importance ? importance + at + r * n : nullptr;
      const auto [scale, offset, tried] = chosen.choose({x, w, n, last_level<F>, F::storage}, scratch);
      parts.scale[r] = stored_bits(scale, F::storage);
      parts.minimum[r] = stored_bits(offset, F::storage);
      for (size_t i = 0; i < n; ++i) {
        parts.codes[r * n + i] = static_cast<uint8_t>(affine_code(x[i], scale, offset, last_level<F>));
      }
    }
    encode<F>(parts, blocks);
  }
}

/// lane_count<V> blocks of 32 weights of unequal importance.
template <class F, Guard guard, class V>
bool weighted_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  using Candidates = AffineCandidatesOf<last_level<F>>;
  constexpr int n = 32, lanes = lane_count<V>;
  constexpr int rows = guard == Guard::compare ? Candidates::weighted_rows : Candidates::quick_weighted_rows;
  V values[n], w[n], scale, offset;
  load_lanes<n>(x, n, values);
  load_lanes<n>(importance, n, w);
  fit_weighted_affine<Candidates, rows>(values, w, scale, offset);
  float scales[lanes], offsets[lanes];
  store_run(scale, scales);
  store_run(offset, offsets);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(scales[b]), m = f16_from_f32(offsets[b]);
    uint8_t codes[n] = {};
    round_to_grid<n, V>(x + n * b, f32_from_f16(d), -f32_from_f16(m), 0, last_level<F>, codes);
    encode<F>(d, m, codes, blocks + F::block_bytes * b);
  }
  return true;
}

/// `count` blocks, up to four, by the integer search.
template <class F, void (*fit_four)(const float*, BlockParts*), int count>
bool integer_blocks_of_32(const float* x, uint8_t* blocks, const float*) {
  float values[4 * 32];
  BlockParts parts[4];
  fit_four(filled_to_four<count>(x, values), parts);
  for (size_t b = 0; b < count; ++b) encode<F>(parts[b], blocks + F::block_bytes * b);
  return true;
}

template <int last, Guard guard>
constexpr auto affine_fit_of() {
  if constexpr (last == 15) {
    return guard == Guard::compare ? affine_16_levels : affine_16_levels_quick;
  } else {
    return guard == Guard::compare ? affine_32_levels : affine_32_levels_quick;
  }
}

template <class F>
constexpr bool has_affine_candidates = F::storage == Storage::f16 && F::block_length == 32 && F::scale_length == 32 &&
                                       (last_level<F> == 15 || last_level<F> == 31);

template <class F, Guard guard>
void quantize_scale_and_offset(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if constexpr (has_affine_candidates<F>) {
    if (!importance) {
      constexpr auto fit = affine_fit_of<last_level<F>, guard>();
      return quantize_searched<guard, F, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, fit, 4>,
                                            integer_blocks_of_32<F, fit, 1>);
    }
    quantize_searched<guard, F, lane_count<Lanes>>(row, blocks, length, importance,
                                                   weighted_blocks_of_32<F, guard, Lanes>,
                                                   weighted_blocks_of_32<F, guard, float>);
  } else {
    const auto exact = [](const float* x, uint8_t* block, const float* w) {
      quantize_by_affine_method<F, affine_method_count - 1>(x, block, F::block_length, w);
      return true;
    };
    quantize_searched<guard, F, 1>(row, blocks, length, importance, exact, exact);
  }
}

template <class F, size_t... method>
std::vector<Quantizer> affine_method_quantizers(std::index_sequence<method...>) {
  return {{all_affine_methods()[method].name, Kernel::scalar, quantize_by_affine_method<F, method>}...};
}

template <class F>
void add_scale_and_offset(TargetCodec& codec) {
  codec.methods = affine_method_quantizers<F>(std::make_index_sequence<affine_method_count>());
  codec.searches = {{lowest_error_method, target_kernel, quantize_scale_and_offset<F, Guard::compare>},
                    {quick_method, target_kernel, quantize_scale_and_offset<F, Guard::none>}};
  add_unbiased<F>(codec);
}

}  // namespace nibble::NIBBLE_TARGET
