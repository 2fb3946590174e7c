#include <cmath>

#include "codec/codec.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"
#include "numeric/lanes.h"

/// MXFP4 and NVFP4: one grid of 4-bit floats under two kinds of 8-bit scale.
namespace nibble {
namespace {

/// The code 0..15 whose value times d is nearest to x, the lowest of equals, as a float; d >= 0.
/// The reference scans all sixteen. Values of the other sign than x are never nearer than zero, which comes first, and
/// the distances of -v to -x and of v to x are the same floats: so scanning the eight magnitudes for |x| decides.
template <class V>
V nearest_fp4_level(V x, V d) {
  const V magnitude = absolute(x);
  V best = magnitude, level(0.0f);
  for (int code = 1; code < 8; ++code) {
    const V distance = absolute(V(static_cast<float>(fp4_values[code])) * d - magnitude);
    const auto nearer = distance < best;
    best = select(nearer, distance, best);
    level = select(nearer, V(static_cast<float>(code)), level);
  }
  return level + select(both(x < V(0.0f), level > V(0.0f)), V(8.0f), V(0.0f));
}

template <int n, class V>
void round_to_grid(const float* x, float d, uint8_t* codes) {
  V levels[n / lane_count<V>];
  for (int i = 0; i < n / lane_count<V>; ++i) levels[i] = nearest_fp4_level(load_run<V>(x + i * lane_count<V>), V(d));
  store_level_run<n>(levels, codes);
}

template <int n, class V>
float largest_magnitude(const float* x) {
  V largest(0.0f);
  for (int i = 0; i < n; i += lane_count<V>) largest = higher_of(largest, absolute(load_run<V>(x + i)));
  float each[lane_count<V>], all = 0.0f;
  store_run(largest, each);
  for (float magnitude : each) all = higher_of(all, magnitude);
  return all;
}

/// The power of two that brings the largest magnitude to 4..8 steps: floor(log2) of it, where log2 is rounded to single
/// precision as the reference rounds it, so that magnitudes a few ulps below a power of two count as that power. (The
/// boundary lies at 2^k ln 2 ulps, k < 7: never near a whole number of ulps, so any double log2 decides the same.)
/// Exponents below zero wrap around, as the reference's do.
uint8_t exponent_for(float largest) {
  if (!(largest > 0.0f)) return 0;
  const float logarithm = static_cast<float>(std::log2(static_cast<double>(largest)));
  return static_cast<uint8_t>(static_cast<int>(std::floor(logarithm)) - 2 + 127);
}

template <class V>
void quantize_mxfp4(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += MXFP4::block_length, blocks += MXFP4::block_bytes) {
    const uint8_t e = exponent_for(largest_magnitude<32, V>(row + i));
    uint8_t codes[32];
    round_to_grid<32, V>(row + i, half_of_e8m0(e), codes);
    MXFP4::encode(e, codes, blocks);
  }
}

template <class V>
void quantize_nvfp4(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += NVFP4::block_length, blocks += NVFP4::block_bytes) {
    uint8_t scales[NVFP4::sub_blocks], codes[64];
    for (int s = 0; s < NVFP4::sub_blocks; ++s) {
      const float* x = row + i + 16 * s;
      scales[s] = ue4m3_from_f32(largest_magnitude<16, V>(x) / 6.0f);
      round_to_grid<16, V>(x, half_of_ue4m3(scales[s]), codes + 16 * s);
    }
    NVFP4::encode(scales, codes, blocks);
  }
}

template <class F>
constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<F>}};
constexpr Quantizer mxfp4_quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize_mxfp4<float>},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize_mxfp4<Float4>},
#endif
};
constexpr Quantizer nvfp4_quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize_nvfp4<float>},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize_nvfp4<Float4>},
#endif
};

}  // namespace

template <>
Codec codec_for<MXFP4>() {
  return {Type::mxfp4, decoders<MXFP4>, mxfp4_quantizers, false};
}
template <>
Codec codec_for<NVFP4>() {
  return {Type::nvfp4, decoders<NVFP4>, nvfp4_quantizers, false};
}

}  // namespace nibble
