#include "formats/q3_k.h"

#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"

namespace nibble {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q3_K::scale_length, sub_blocks = Q3_K::sub_blocks;

/// Scale codes 0..63 around 32: the sub-block scale of largest magnitude becomes code 0.
uint16_t round_codes(const float* scales, uint8_t* codes) {
  const float extreme = signed_extreme<sub_blocks>(scales);
  if (extreme == 0.0f) {
    for (int j = 0; j < sub_blocks; ++j) codes[j] = 0;
    return f16_from_f32(0.0f);
  }
  const float inverse = -32.0f / extreme;
  for (int j = 0; j < sub_blocks; ++j) {
    codes[j] = static_cast<uint8_t>(clamp(nearest_int(inverse * scales[j]), -32, 31) + 32);
  }
  return f16_from_f32(1.0f / inverse);
}

struct Rule {
  using Format = Q3_K;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    SubBlockFits<n> fits;
    uint8_t scale_codes[sub_blocks];
    uint16_t stored;
    if (importance) {
      const float sigma2 = 2.0f * sum_of_squares(x, super_block) / 256.0f;
      fit_symmetric_sub_blocks<n, 4, V>(
          x, fits, [&](int j, const V* lanes, V* w) { load_importance_weights<n>(lanes, importance, j, sigma2, w); });
      float levels[sub_blocks];
      stored = f16_from_f32(fit_symmetric<sub_blocks, 32>(fits.scale, fits.weight_sum, levels));
      store_levels<sub_blocks>(levels, 0, scale_codes);
    } else {
      for (int j = 0; j < sub_blocks; j += lane_count<V>) {
        V lanes[n], levels[n];
        load_lanes<n>(x + n * j, n, lanes);
        store_run(fit_symmetric_refined<n, 4>(lanes, levels), fits.scale + j);
        store_levels<n>(levels, n, fits.levels + n * j);
      }
      stored = round_codes(fits.scale, scale_codes);
    }

    const float d = f32_from_f16(stored);
    for (int j = 0; j < sub_blocks; ++j) {
      const float step = d * static_cast<float>(scale_codes[j] - 32);
      round_to_grid<n, V>(x + n * j, step, 0.0f, -4, 3, fits.levels + n * j);
    }
    Q3_K::encode(stored, scale_codes, fits.levels, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q3_K>() {
  return super_block_codec<Rule>(run_decoders<Q3_K>);
}

}  // namespace nibble
