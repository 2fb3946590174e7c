#include <algorithm>

#include "codec/source_decoder.h"
#include "numeric/bits.h"
#include "numeric/simd.h"

namespace nibble::NIBBLE_TARGET {

bool are_finite(const float* values, size_t count) {
  constexpr uint32_t magnitude_bits = 0x7FFFFFFFu, infinity_bits = 0x7F800000u;
  uint32_t largest = 0;
  size_t i = 0;
  if constexpr (has_vectors) {
    const v128_t bits = in_register(wasm_i32x4_splat(static_cast<int32_t>(magnitude_bits)));
    v128_t a = wasm_i32x4_splat(0), b = a;
    for (; i + 8 <= count; i += 8) {
      a = wasm_u32x4_max(a, wasm_v128_and(wasm_v128_load(values + i), bits));
      b = wasm_u32x4_max(b, wasm_v128_and(wasm_v128_load(values + i + 4), bits));
    }
    uint32_t lanes[4];
    wasm_v128_store(lanes, wasm_u32x4_max(a, b));
    largest = *std::max_element(lanes, lanes + 4);
  }
  for (; i < count; ++i) largest = std::max(largest, bit_cast<uint32_t>(values[i]) & magnitude_bits);
  return largest < infinity_bits;
}

}  // namespace nibble::NIBBLE_TARGET
