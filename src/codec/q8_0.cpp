#include "formats/q8_0.h"

#include <cmath>

#include "codec/codec.h"
#include "numeric/rounding.h"

namespace nibble {
namespace {

/// llama.cpp's rule: the largest magnitude becomes +-127; the codes follow the scale before it is rounded.
void quantize_block(const float* x, uint8_t* block) {
  float amax = 0.0f;
  for (int j = 0; j < 32; ++j) amax = std::max(amax, std::fabs(x[j]));
  const float d = amax / 127.0f;
  const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
  int8_t codes[32];
  for (int j = 0; j < 32; ++j) codes[j] = round_away_to_i8(x[j] * inverse);
  Q8_0::encode(f16_from_f32(d), codes, block);
}

void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t b = 0; b < length / 32; ++b) quantize_block(row + 32 * b, blocks + Q8_0::block_bytes * b);
}

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q8_0>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, quantize}};

}  // namespace

template <>
Codec codec_for<Q8_0>() {
  return {Type::q8_0, decoders, quantizers, false};
}

}  // namespace nibble
