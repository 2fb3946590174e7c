#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/q3_k.h"

namespace nibble::NIBBLE_TARGET {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q3_K::scale_length, sub_blocks = runs_of<Q3_K>;

/// Multiples -32..31: the sub-block scale of largest magnitude becomes -32.
uint16_t round_multiples(const float* scales, int32_t* multiples) {
  const float extreme = signed_extreme<sub_blocks>(scales);
  if (extreme == 0.0f) {
    for (int j = 0; j < sub_blocks; ++j) multiples[j] = -32;
    return f16_from_f32(0.0f);
  }
  const float inverse = -32.0f / extreme;
  for (int j = 0; j < sub_blocks; ++j) multiples[j] = clamp(nearest_int(inverse * scales[j]), -32, 31);
  return f16_from_f32(1.0f / inverse);
}

struct BlockQuantizer {
  using Format = Q3_K;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    SubBlockFits<n> fits;
    BlockParts& parts = fits.parts;
    if (importance) {
      const float sigma2 = 2.0f * sum_of_squares(x, super_block) / 256.0f;
      fit_symmetric_sub_blocks<n, 4, V>(
          x, fits, [&](int j, const V* lanes, V* w) { load_importance_weights<n>(lanes, importance, j, sigma2, w); });
      float levels[sub_blocks];
      uint8_t multiples[sub_blocks];
      parts.shared_scale = f16_from_f32(fit_symmetric<sub_blocks, 32>(fits.scale, fits.weight_sum, levels));
      store_levels<sub_blocks>(levels, 0, multiples);
      for (int j = 0; j < sub_blocks; ++j) parts.scale[j] = multiples[j] - 32;
    } else {
      for (int j = 0; j < sub_blocks; j += lane_count<V>) {
        V lanes[n], levels[n];
        load_lanes<n>(x + n * j, n, lanes);
        store_run(fit_symmetric_refined<n, 4>(lanes, levels), fits.scale + j);
        store_levels<n>(levels, n, parts.codes + n * j);
      }
      parts.shared_scale = round_multiples(fits.scale, parts.scale);
    }

    for (int j = 0; j < sub_blocks; ++j) {
      const float step = run_grid<Q3_K>(parts, static_cast<uint32_t>(j)).step;
      round_to_grid<n, V>(x + n * j, step, 0.0f, -4, 3, parts.codes + n * j);
    }
    encode<Q3_K>(parts, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q3_K>() {
  return super_block_codec<BlockQuantizer>(run_decoders<Q3_K>);
}

}  // namespace nibble::NIBBLE_TARGET
