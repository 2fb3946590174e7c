#include <algorithm>

#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/q4_k.h"
#include "formats/q5_k.h"

/// Q4_K and Q5_K differ in the number of levels, the plain search grid and one cap on weighted scale codes.
namespace nibble {
namespace {

using namespace llama_cpp_search;

constexpr int n = 32, sub_blocks = 8;

template <class F>
struct Rules;
template <>
struct Rules<Q4_K> {
  static constexpr int N = 15;
  static constexpr AffineGrid plain_grid{-1.0f, 0.1f, 20};
  static constexpr bool caps_weighted_codes = false;
};
template <>
struct Rules<Q5_K> {
  static constexpr int N = 31;
  static constexpr AffineGrid plain_grid{-0.5f, 0.1f, 15};
  static constexpr bool caps_weighted_codes = true;
};

void cap_codes(uint8_t* codes) {
  for (int j = 0; j < sub_blocks; ++j) codes[j] = std::min<uint8_t>(codes[j], 63);
}

/// Codes 0..63 in units of a sixty-third of the largest. A code is cut to a byte before it is capped.
void round_codes(const float* values, uint16_t& d, uint8_t* codes) {
  const float largest = largest_of<sub_blocks>(values);
  const float inverse = largest > 0.0f ? 63.0f / largest : 0.0f;
  for (int j = 0; j < sub_blocks; ++j) codes[j] = static_cast<uint8_t>(nearest_int(inverse * values[j]));
  cap_codes(codes);
  d = f16_from_f32(largest / 63.0f);
}

/// Without importance a weight counts by its magnitude plus the root mean square of its sub-block.
template <class V>
void plain_weights(const V* x, V* w) {
  V sum(0.0f);
  for (int i = 0; i < n; ++i) sum += x[i] * x[i];
  const V level = square_root(sum / V(32.0f));
  for (int i = 0; i < n; ++i) w[i] = level + absolute(x[i]);
}

template <class F, class V>
void quantize_block(const float* x, const float* importance, uint8_t* block) {
  constexpr int N = Rules<F>::N;
  SubBlockFits<n> fits;
  AffineScales<n> stored;
  if (importance) {
    const float sigma2 = 2.0f * sum_of_squares(x, super_block) / 256.0f;
    fit_affine_sub_blocks<n, N, Deviation::squared, V>(x, weighted_affine_grid, fits, [&](int j, const V* lanes, V* w) {
      load_importance_weights<n>(lanes, importance, j, sigma2, w);
    });
    stored = fit_scales_and_minima<n, 63>(fits);
    if (Rules<F>::caps_weighted_codes) {
      cap_codes(stored.scale_codes);
      cap_codes(stored.minimum_codes);
    }
  } else {
    fit_affine_sub_blocks<n, N, Deviation::squared, V>(x, Rules<F>::plain_grid, fits,
                                                       [](int, const V* lanes, V* w) { plain_weights(lanes, w); });
    round_codes(fits.scale, stored.d, stored.scale_codes);
    round_codes(fits.minimum, stored.dmin, stored.minimum_codes);
  }

  uint8_t packed[12], scales[sub_blocks], minima[sub_blocks];
  pack_scales_and_minima(stored.scale_codes, stored.minimum_codes, packed);
  unpack_scales_and_minima(packed, scales, minima);
  const float d = f32_from_f16(stored.d), dmin = f32_from_f16(stored.dmin);
  for (int j = 0; j < sub_blocks; ++j) {
    const float step = d * static_cast<float>(scales[j]), minimum = dmin * static_cast<float>(minima[j]);
    round_to_grid<n, V>(x + n * j, step, minimum, 0, N, fits.levels + n * j);
  }
  F::encode(stored.d, stored.dmin, packed, fits.levels, block);
}

template <class F>
struct Rule {
  using Format = F;
  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    nibble::quantize_block<F, V>(x, importance, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q4_K>() {
  return super_block_codec<Rule<Q4_K>>(run_decoders<Q4_K>);
}
template <>
Codec codec_for<Q5_K>() {
  return super_block_codec<Rule<Q5_K>>(run_decoders<Q5_K>);
}

}  // namespace nibble
