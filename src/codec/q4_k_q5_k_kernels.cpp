#include <algorithm>

#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/q4_k.h"
#include "formats/q5_k.h"

/// Q4_K and Q5_K differ in the number of levels, the plain search grid and one cap on weighted scale codes.
namespace nibble::NIBBLE_TARGET {
namespace {

using namespace llama_cpp_search;

constexpr int n = 32, sub_blocks = 8;

template <class F>
struct Settings;
template <>
struct Settings<Q4_K> {
  static constexpr int N = 15;
  static constexpr AffineGrid plain_grid{-1.0f, 0.1f, 20};
  static constexpr bool caps_weighted_codes = false;
};
template <>
struct Settings<Q5_K> {
  static constexpr int N = 31;
  static constexpr AffineGrid plain_grid{-0.5f, 0.1f, 15};
  static constexpr bool caps_weighted_codes = true;
};

void cap(int32_t* multiples) {
  for (int j = 0; j < sub_blocks; ++j) multiples[j] = std::min(multiples[j], 63);
}

/// Multiples 0..63 of a sixty-third of the largest. A multiple is cut to a byte before it is capped.
void round_multiples(const float* values, uint16_t& shared, int32_t* multiples) {
  const float largest = largest_of<sub_blocks>(values);
  const float inverse = largest > 0.0f ? 63.0f / largest : 0.0f;
  for (int j = 0; j < sub_blocks; ++j) multiples[j] = static_cast<uint8_t>(nearest_int(inverse * values[j]));
  cap(multiples);
  shared = f16_from_f32(largest / 63.0f);
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
  constexpr int N = Settings<F>::N;
  SubBlockFits<n> fits;
  BlockParts& parts = fits.parts;
  if (importance) {
    const float sigma2 = 2.0f * sum_of_squares(x, super_block) / 256.0f;
    fit_affine_sub_blocks<n, N, Deviation::squared, V>(x, weighted_affine_grid, fits, [&](int j, const V* lanes, V* w) {
      load_importance_weights<n>(lanes, importance, j, sigma2, w);
    });
    fit_scales_and_minima<n, 63>(fits);
    if (Settings<F>::caps_weighted_codes) {
      cap(parts.scale);
      cap(parts.minimum);
    }
  } else {
    fit_affine_sub_blocks<n, N, Deviation::squared, V>(x, Settings<F>::plain_grid, fits,
                                                       [](int, const V* lanes, V* w) { plain_weights(lanes, w); });
    round_multiples(fits.scale, parts.shared_scale, parts.scale);
    round_multiples(fits.minimum, parts.shared_minimum, parts.minimum);
  }

  // What does not fit six bits spills over.
  F::pack_scales(parts.scale, parts.minimum, block);
  F::unpack_scales(block, parts.scale, parts.minimum);
  for (int j = 0; j < sub_blocks; ++j) {
    const RunGrid grid = run_grid<F>(parts, static_cast<uint32_t>(j));
    round_to_grid<n, V>(x + n * j, grid.step, -grid.offset, 0, N, parts.codes + n * j);
  }
  encode<F>(parts, block);
}

template <class F>
struct BlockQuantizer {
  using Format = F;
  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    nibble::quantize_block<F, V>(x, importance, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q4_K>() {
  return super_block_codec<BlockQuantizer<Q4_K>>(run_decoders<Q4_K>);
}
template <>
Codec codec_for<Q5_K>() {
  return super_block_codec<BlockQuantizer<Q5_K>>(run_decoders<Q5_K>);
}

}  // namespace nibble::NIBBLE_TARGET
