#include <cstring>

#include "codec/codec.h"
#include "formats/floats.h"

namespace nibble {
namespace {

void quantize_f32(const float* row, uint8_t* blocks, size_t length, const float*) {
  std::memcpy(blocks, row, length * sizeof(float));
}
void quantize_f16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) store(blocks + 2 * i, f16_from_f32(row[i]));
}
void quantize_bf16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) store(blocks + 2 * i, bf16_from_f32(row[i]));
}

constexpr Decoder f32_decoders[] = {{Kernel::scalar, decode_each_block<F32>}};
constexpr Decoder f16_decoders[] = {{Kernel::scalar, decode_each_block<F16>}};
constexpr Decoder bf16_decoders[] = {{Kernel::scalar, decode_each_block<BF16>}};
constexpr Quantizer f32_quantizers[] = {{llama_cpp, Kernel::scalar, quantize_f32}};
constexpr Quantizer f16_quantizers[] = {{llama_cpp, Kernel::scalar, quantize_f16}};
constexpr Quantizer bf16_quantizers[] = {{llama_cpp, Kernel::scalar, quantize_bf16}};

}  // namespace

template <>
Codec codec_for<F32>() {
  return {Type::f32, f32_decoders, f32_quantizers, false};
}
template <>
Codec codec_for<F16>() {
  return {Type::f16, f16_decoders, f16_quantizers, false};
}
template <>
Codec codec_for<BF16>() {
  return {Type::bf16, bf16_decoders, bf16_quantizers, false};
}

}  // namespace nibble
