#include "formats/q2_k.h"

#include "codec/codec.h"
#include "codec/k_quants.h"
#include "codec/run_decoders.h"

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

template <class V>
void quantize_block(const float* x, uint8_t* block, const float* importance) {
  SubBlockFits<n> fits;
  AffineScales<n> stored;
  if (importance) {
    const float sigma2 = sum_of_squares(x, super_block) / 256.0f;
    fit_affine_sub_blocks<n, 3, Deviation::squared, V>(x, weighted_affine_grid, fits, [&](int j, const V* lanes, V* w) {
      load_importance_weights<n>(lanes, importance, j, sigma2, w);
    });
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

template <class V>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t i = 0; i < length; i += super_block, blocks += Q2_K::block_bytes) {
    quantize_block<V>(row + i, blocks, importance ? importance + i : nullptr);
  }
}

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q2_K>},
#if NIBBLE_SIMD
    {Kernel::simd, decode_runs<Q2_K>},
#endif
};
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize<float>},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize<Float4>},
#endif
};

}  // namespace

template <>
Codec codec_for<Q2_K>() {
  return {Type::q2_K, decoders, quantizers, false};
}

}  // namespace nibble
