#include <cstring>

#include "codec/format_codec.h"
#include "formats/f8.h"
#include "formats/floats.h"
#include "formats/opaque.h"
#include "numeric/half_simd.h"

/// The codecs of floats, and of types that are only read or copied.
namespace nibble::NIBBLE_TARGET {
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

/// Sixteen numbers at a time, the rest one by one.
template <class Convert, QuantizeRow scalar>
void quantize_vectors(const float* row, uint8_t* blocks, size_t length, const float*) {
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

template <class F, class Sixteen>
struct FloatVectors {
  static void decode(const uint8_t* blocks, float* values, size_t count) {
    const Sixteen sixteen;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) sixteen(blocks + 2 * i, values + i);
    decode_each_block<F>(blocks + 2 * i, values + i, count - i);
  }
};

template <class Convert, QuantizeRow scalar>
constexpr QuantizeRow float_quantizer = [] {
  if constexpr (has_vectors) {
    return &quantize_vectors<Convert, scalar>;
  } else {
    return scalar;
  }
}();

}  // namespace

template <>
Codec codec_for<F32>() {
  static constexpr Decoder decoders[] = {{target_kernel, decode_f32}};
  return {Type::f32, decoders, llama_cpp_quantizers<copy_f32>, false};
}
template <>
Codec codec_for<F16>() {
  return {Type::f16, vector_decoders<F16, FloatVectors<F16, SixteenHalves>>,
          llama_cpp_quantizers<float_quantizer<F16FromF32, quantize_f16>>, false};
}
template <>
Codec codec_for<BF16>() {
  return {Type::bf16, vector_decoders<BF16, FloatVectors<BF16, SixteenBFloats>>,
          llama_cpp_quantizers<float_quantizer<BF16FromF32, quantize_bf16>>, false};
}

#define ONLY_READ(F)                                \
  template <>                                       \
  Codec codec_for<F>() {                            \
    return {F::type, block_decoders<F>, {}, false}; \
  }
ONLY_READ(F64)
ONLY_READ(F8_E4M3)
ONLY_READ(F8_E5M2)
#undef ONLY_READ
#define COPIED(F)                    \
  template <>                        \
  Codec codec_for<F>() {             \
    return {F::type, {}, {}, false}; \
  }
COPIED(I8)
COPIED(I16)
COPIED(I32)
COPIED(I64)
COPIED(Q8_1)
COPIED(Q8_K)
#undef COPIED

}  // namespace nibble::NIBBLE_TARGET
