#include "formats/q2_k.h"

#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"

namespace nibble {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q2_K::scale_length;
constexpr AffineGrid plain_grid{-0.5f, 0.1f, 15};

/// Codes 0..15 in units of a fifteenth of the largest; kept as bytes whatever they come to.
void round_codes(const float* values, uint16_t& d, uint8_t* codes) {
  const float largest = largest_of<Q2_K::sub_blocks>(values);
  d = f16_from_f32(largest > 0.0f ? largest / 15.0f : 0.0f);
  for (int j = 0; j < Q2_K::sub_blocks; ++j) {
    codes[j] = largest > 0.0f ? static_cast<uint8_t>(nearest_int(15.0f / largest * values[j])) : 0;
  }
}

struct Rule {
  using Format = Q2_K;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    SubBlockFits<n> fits;
    AffineScales<n> stored;
    if (importance) {
      const float sigma2 = sum_of_squares(x, super_block) / 256.0f;
      fit_affine_sub_blocks<n, 3, Deviation::squared, V>(
          x, weighted_affine_grid, fits,
          [&](int j, const V* lanes, V* w) { load_importance_weights<n>(lanes, importance, j, sigma2, w); });
      stored = fit_scales_and_minima<n, 15>(fits);
    } else {
      fit_affine_sub_blocks<n, 3, Deviation::absolute, V>(x, plain_grid, fits, [](int, const V* lanes, V* w) {
        for (int i = 0; i < n; ++i) w[i] = absolute(lanes[i]);
      });
      round_codes(fits.scale, stored.d, stored.scale_codes);
      round_codes(fits.minimum, stored.dmin, stored.minimum_codes);
    }

    const float d = f32_from_f16(stored.d), dmin = f32_from_f16(stored.dmin);
    uint8_t codes[Q2_K::sub_blocks];
    for (int j = 0; j < Q2_K::sub_blocks; ++j) {
      codes[j] = static_cast<uint8_t>(stored.scale_codes[j] | stored.minimum_codes[j] << 4);
      const float step = d * static_cast<float>(codes[j] & 15), minimum = dmin * static_cast<float>(codes[j] >> 4);
      round_to_grid<n, V>(x + n * j, step, minimum, 0, 3, fits.levels + n * j);
    }
    Q2_K::encode(stored.d, stored.dmin, codes, fits.levels, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q2_K>() {
  return super_block_codec<Rule>(run_decoders<Q2_K>);
}

}  // namespace nibble
