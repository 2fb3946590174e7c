#include "formats/q6_k.h"

#include <algorithm>
#include <cstring>

#include "codec/codec.h"
#include "codec/k_quants.h"
#include "codec/run_decoders.h"

namespace nibble {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q6_K::scale_length, sub_blocks = Q6_K::sub_blocks;

template <class V>
void quantize_block(const float* x, uint8_t* block, const float* importance) {
  SubBlockFits<n> fits;
  // The importance row itself holds the weights here.
  fit_symmetric_sub_blocks<n, 32, V>(x, fits, [&](int j, const V* lanes, V* w) {
    if (importance) {
      load_lanes<n>(importance + n * j, n, w);
    } else {
      square_weights<n>(lanes, w);
    }
  });
  const float extreme = signed_extreme<sub_blocks>(fits.scale);
  if (absolute(extreme) < tiny) {
    std::memset(block, 0, Q6_K::block_bytes);
    return;
  }
  const float inverse = -128.0f / extreme;
  const uint16_t stored = f16_from_f32(1.0f / inverse);
  const float d = f32_from_f16(stored);
  int8_t scales[sub_blocks];
  for (int j = 0; j < sub_blocks; ++j) {
    scales[j] = static_cast<int8_t>(std::min(127, nearest_int(inverse * fits.scale[j])));
    round_to_grid<n, V>(x + n * j, d * static_cast<float>(scales[j]), 0.0f, -32, 31, fits.levels + n * j);
  }
  Q6_K::encode(stored, scales, fits.levels, block);
}

template <class V>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t i = 0; i < length; i += super_block, blocks += Q6_K::block_bytes) {
    quantize_block<V>(row + i, blocks, importance ? importance + i : nullptr);
  }
}

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q6_K>},
#if NIBBLE_SIMD
    {Kernel::simd, decode_runs<Q6_K>},
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
Codec codec_for<Q6_K>() {
  return {Type::q6_K, decoders, quantizers, false};
}

}  // namespace nibble
