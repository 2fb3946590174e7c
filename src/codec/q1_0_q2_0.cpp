#include "codec/codec.h"
#include "formats/q1_0.h"
#include "formats/q2_0.h"
#include "numeric/rounding.h"

/// The two types for weights trained with one or two bits.
namespace nibble {
namespace {

/// The mean magnitude and the signs; -0 counts as positive.
void quantize_q1_0(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += Q1_0::block_length, blocks += Q1_0::block_bytes) {
    const float* x = row + i;
    float sum = 0.0f;
    for (int j = 0; j < 128; ++j) sum += std::fabs(x[j]);
    store(blocks, f16_from_f32(sum / 128.0f));
    for (int byte = 0; byte < 16; ++byte) {
      int bits = 0;
      for (int j = 0; j < 8; ++j) bits |= (x[8 * byte + j] >= 0.0f) << j;
      blocks[2 + byte] = static_cast<uint8_t>(bits);
    }
  }
}

/// Steps of the largest magnitude, halves away from zero, one added. Where the inverse of a subnormal scale overflows,
/// the reference's conversion gives a large negative number and so code 0.
int code_of(float v) { return std::fabs(v) < 2.0f ? static_cast<int>(std::round(v)) + 1 : 0; }

void quantize_q2_0(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += Q2_0::block_length, blocks += Q2_0::block_bytes) {
    const float* x = row + i;
    float d = 0.0f;
    for (int j = 0; j < 64; ++j) d = std::fabs(x[j]) > d ? std::fabs(x[j]) : d;
    const float inverse = d > 0.0f ? 1.0f / d : 0.0f;
    uint8_t codes[64];
    for (int j = 0; j < 64; ++j) codes[j] = static_cast<uint8_t>(code_of(x[j] * inverse));
    Q2_0::encode(f16_from_f32(d), codes, blocks);
  }
}

template <class F>
constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<F>}};
constexpr Quantizer q1_0_quantizers[] = {{llama_cpp, Kernel::scalar, quantize_q1_0}};
constexpr Quantizer q2_0_quantizers[] = {{llama_cpp, Kernel::scalar, quantize_q2_0}};

}  // namespace

template <>
Codec codec_for<Q1_0>() {
  return {Type::q1_0, decoders<Q1_0>, q1_0_quantizers, false};
}
template <>
Codec codec_for<Q2_0>() {
  return {Type::q2_0, decoders<Q2_0>, q2_0_quantizers, false};
}

}  // namespace nibble
