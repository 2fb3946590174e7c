#include "formats/floats.h"

#include <cstring>

#include "codec/codec.h"
#include "formats/f8.h"
#include "numeric/half_simd.h"

namespace nibble {
namespace {

void copy_f32(const float* row, uint8_t* blocks, size_t length, const float*) {
  std::memcpy(blocks, row, length * sizeof(float));
}
void decode_f32(const uint8_t* blocks, float* values, size_t count) {
  std::memcpy(values, blocks, count * sizeof(float));
}
void quantize_f16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) store(blocks + 2 * i, f16_from_f32(row[i]));
}
void quantize_bf16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) store(blocks + 2 * i, bf16_from_f32(row[i]));
}

#if NIBBLE_SIMD

/// Sixteen numbers at a time, the rest one by one.
template <class Convert, QuantizeRow scalar>
void quantize_simd(const float* row, uint8_t* blocks, size_t length, const float*) {
  const Convert convert;
  size_t i = 0;
  for (; i + 16 <= length; i += 16) {
    NIBBLE_UNROLL
    for (size_t k = i; k < i + 16; k += 8) {
      const v128_t low = convert(wasm_v128_load(row + k)), high = convert(wasm_v128_load(row + k + 4));
      wasm_v128_store(blocks + 2 * k, wasm_u16x8_narrow_i32x4(low, high));
    }
  }
  scalar(row + i, blocks + 2 * i, length - i, nullptr);
}

template <class Convert, DecodeBlocks scalar>
void decode_simd(const uint8_t* blocks, float* values, size_t count) {
  const Convert convert;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    NIBBLE_UNROLL
    for (size_t k = i; k < i + 16; k += 8) {
      const v128_t halves = wasm_v128_load(blocks + 2 * k);
      wasm_v128_store(values + k, convert(wasm_u32x4_extend_low_u16x8(halves)));
      wasm_v128_store(values + k + 4, convert(wasm_u32x4_extend_high_u16x8(halves)));
    }
  }
  scalar(blocks + 2 * i, values + i, count - i);
}

#endif

constexpr Decoder f32_decoders[] = {{Kernel::scalar, decode_f32}};
constexpr Decoder f16_decoders[] = {
    {Kernel::scalar, decode_each_block<F16>},
#if NIBBLE_SIMD
    {Kernel::simd, decode_simd<F32FromF16, decode_each_block<F16>>},
#endif
};
constexpr Decoder bf16_decoders[] = {
    {Kernel::scalar, decode_each_block<BF16>},
#if NIBBLE_SIMD
    {Kernel::simd, decode_simd<F32FromBF16, decode_each_block<BF16>>},
#endif
};
constexpr Decoder f64_decoders[] = {{Kernel::scalar, decode_each_block<F64>}};
constexpr Decoder f8_e4m3_decoders[] = {{Kernel::scalar, decode_each_block<F8_E4M3>}};
constexpr Decoder f8_e5m2_decoders[] = {{Kernel::scalar, decode_each_block<F8_E5M2>}};
constexpr Quantizer f32_quantizers[] = {{llama_cpp, Kernel::scalar, copy_f32}};
constexpr Quantizer f16_quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize_f16},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize_simd<F16FromF32, quantize_f16>},
#endif
};
constexpr Quantizer bf16_quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize_bf16},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize_simd<BF16FromF32, quantize_bf16>},
#endif
};

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
template <>
Codec codec_for<F64>() {
  return {Type::f64, f64_decoders, {}, false};
}
template <>
Codec codec_for<F8_E4M3>() {
  return {Type::f8_e4m3, f8_e4m3_decoders, {}, false};
}
template <>
Codec codec_for<F8_E5M2>() {
  return {Type::f8_e5m2, f8_e5m2_decoders, {}, false};
}

}  // namespace nibble
