#include "formats/q4_0.h"

#include <cmath>

#include "codec/codec.h"
#include "numeric/rounding.h"

namespace nibble {
namespace {

/// llama.cpp's rule: the weight of largest magnitude, with its sign, becomes code 0 (-8).
void quantize_block(const float* x, uint8_t* block) {
  float amax = 0.0f, max = 0.0f;
  for (int j = 0; j < 32; ++j) {
    if (std::fabs(x[j]) > amax) {
      amax = std::fabs(x[j]);
      max = x[j];
    }
  }
  const float d = max / -8.0f;
  const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
  uint8_t codes[32];
  for (int j = 0; j < 32; ++j) {
    codes[j] = static_cast<uint8_t>(std::min<int>(15, truncate_to_i8(x[j] * inverse + 8.5f)));
  }
  Q4_0::encode(f16_from_f32(d), codes, block);
}

void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t b = 0; b < length / 32; ++b) quantize_block(row + 32 * b, blocks + Q4_0::block_bytes * b);
}

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q4_0>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, quantize}};

}  // namespace

template <>
Codec codec_for<Q4_0>() {
  return {Type::q4_0, decoders, quantizers, true};
}

}  // namespace nibble
