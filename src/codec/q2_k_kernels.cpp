#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/q2_k.h"

namespace nibble::NIBBLE_TARGET {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q2_K::scale_length;
constexpr AffineGrid plain_grid{-0.5f, 0.1f, 15};

/// Multiples 0..15 of a fifteenth of the largest; kept as bytes whatever they come to.
void round_multiples(const float* values, uint16_t& shared, int32_t* multiples) {
  const float largest = largest_of<runs_of<Q2_K>>(values);
  shared = f16_from_f32(largest > 0.0f ? largest / 15.0f : 0.0f);
  for (uint32_t j = 0; j < runs_of<Q2_K>; ++j) {
    multiples[j] = largest > 0.0f ? static_cast<uint8_t>(nearest_int(15.0f / largest * values[j])) : 0;
  }
}

struct BlockQuantizer {
  using Format = Q2_K;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    SubBlockFits<n> fits;
    if (importance) {
      const float sigma2 = sum_of_squares(x, super_block) / 256.0f;
      fit_affine_sub_blocks<n, 3, Deviation::squared, V>(
          x, weighted_affine_grid, fits,
          [&](int j, const V* lanes, V* w) { load_importance_weights<n>(lanes, importance, j, sigma2, w); });
      fit_scales_and_minima<n, 15>(fits);
    } else {
      fit_affine_sub_blocks<n, 3, Deviation::absolute, V>(x, plain_grid, fits, [](int, const V* lanes, V* w) {
        for (int i = 0; i < n; ++i) w[i] = absolute(lanes[i]);
      });
      round_multiples(fits.scale, fits.parts.shared_scale, fits.parts.scale);
      round_multiples(fits.minimum, fits.parts.shared_minimum, fits.parts.minimum);
    }

    BlockParts& parts = fits.parts;
    for (uint32_t j = 0; j < runs_of<Q2_K>; ++j) {
      // Both share a byte: what does not fit spills over.
      const uint8_t both = static_cast<uint8_t>(parts.scale[j] | parts.minimum[j] << 4);
      parts.scale[j] = both & 15;
      parts.minimum[j] = both >> 4;
      const RunGrid grid = run_grid<Q2_K>(parts, j);
      round_to_grid<n, V>(x + n * j, grid.step, -grid.offset, 0, 3, parts.codes + n * j);
    }
    encode<Q2_K>(parts, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q2_K>() {
  return super_block_codec<BlockQuantizer>(run_decoders<Q2_K>);
}

}  // namespace nibble::NIBBLE_TARGET
