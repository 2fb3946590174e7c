#include <cmath>

#include "codec/block_vectors.h"
#include "codec/format_codec.h"
#include "formats/q8_0.h"
#include "numeric/rounding.h"

namespace nibble::NIBBLE_TARGET {
namespace {

constexpr size_t length = Q8_0::block_length, bytes = Q8_0::block_bytes;

/// llama.cpp's rule: the largest magnitude becomes +-127; the codes follow the scale before it is rounded.
void quantize_block(const float* x, uint8_t* block) {
  float amax = 0.0f;
  for (size_t j = 0; j < length; ++j) amax = std::max(amax, std::fabs(x[j]));
  const float d = amax / 127.0f;
  const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
  uint8_t codes[length];
  for (size_t j = 0; j < length; ++j) codes[j] = static_cast<uint8_t>(round_away_to_i8(x[j] * inverse));
  encode<Q8_0>(f16_from_f32(d), codes, block);
}

void quantize_four(const float* x, uint8_t* blocks) {
  v128_t rows[4];
  NIBBLE_UNROLL
  for (int b = 0; b < 4; ++b) {
    v128_t v[8];
    NIBBLE_UNROLL
    for (int i = 0; i < 8; ++i) v[i] = wasm_f32x4_abs(wasm_v128_load(x + length * b + 4 * i));
    rows[b] = block_vectors::fold(v, block_vectors::larger);
  }
  const v128_t amax = block_vectors::fold_rows(rows[0], rows[1], rows[2], rows[3], block_vectors::larger);
  const v128_t d = wasm_f32x4_div(amax, wasm_f32x4_splat(127.0f));
  const v128_t inverse = block_vectors::inverse_or_zero(d);
  if (!block_vectors::all_finite(inverse)) {
    for (int b = 0; b < 4; ++b) quantize_block(x + length * b, blocks + bytes * b);
    return;
  }
  alignas(16) float inverses[4];
  alignas(16) uint32_t halves[4];
  wasm_v128_store(inverses, inverse);
  wasm_v128_store(halves, F16FromF32()(d));
  // Adding the float below one half and truncating rounds half away from zero: a sum that must reach the next integer
  // is exact or rounds up to it, and 0.5 - 2^-25 stays below 1. One half itself would carry it over.
  const v128_t nearly_half = in_register(wasm_f32x4_splat(0x1.fffffep-2f)),
               sign = in_register(wasm_i32x4_splat(INT32_MIN));
  const block_vectors::Truncation truncated;
  NIBBLE_UNROLL
  for (int b = 0; b < 4; ++b) {
    const v128_t scale = wasm_v128_load32_splat(inverses + b);
    const block_vectors::Codes codes = block_vectors::codes_of(x + length * b, truncated, [&](v128_t v) {
      const v128_t scaled = wasm_f32x4_mul(v, scale);
      return wasm_f32x4_add(scaled, wasm_v128_or(nearly_half, wasm_v128_and(scaled, sign)));
    });
    uint8_t* block = blocks + bytes * b;
    store(block, static_cast<uint16_t>(halves[b]));
    wasm_v128_store(block + 2, codes.low);
    wasm_v128_store(block + 18, codes.high);
  }
}

void quantize(const float* row, uint8_t* blocks, size_t row_length, const float* /*importance*/) {
  size_t b = 0;
  if constexpr (has_vectors) {
    for (; b + 4 <= row_length / length; b += 4) quantize_four(row + length * b, blocks + bytes * b);
  }
  for (; b < row_length / length; ++b) quantize_block(row + length * b, blocks + bytes * b);
}

struct Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    const v128_t top_bit = wasm_i8x16_splat(-128);
    for (size_t b = 0; b < block_count; ++b, blocks += bytes, values += length) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      const auto scaled = [d](v128_t v) { return wasm_f32x4_mul(v, d); };
      for (int i = 0; i < 32; i += 16) {
        block_vectors::store_values(wasm_v128_xor(wasm_v128_load(blocks + 2 + i), top_bit), 128.0f, values + i, scaled);
      }
    }
  }
};

}  // namespace

template <>
Codec codec_for<Q8_0>() {
  return {Type::q8_0, vector_decoders<Q8_0, Vectors>, llama_cpp_quantizers<quantize>, false};
}

}  // namespace nibble::NIBBLE_TARGET
