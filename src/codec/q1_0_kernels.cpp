#include "codec/format_codec.h"
#include "formats/q1_0.h"
#include "numeric/simd.h"

namespace nibble::NIBBLE_TARGET {
namespace {

constexpr int n = Q1_0::block_length;

/// Bit j is set where x[j] >= 0; -0 counts as positive.
template <class V>
uint8_t eight_signs(const float* x);
template <>
inline uint8_t eight_signs<float>(const float* x) {
  int bits = 0;
  for (int j = 0; j < 8; ++j) bits |= (x[j] >= 0.0f) << j;
  return static_cast<uint8_t>(bits);
}
template <>
inline uint8_t eight_signs<Float4>(const float* x) {
  const Mask4 low = load_run<Float4>(x) >= Float4(0.0f), high = load_run<Float4>(x + 4) >= Float4(0.0f);
  return static_cast<uint8_t>(wasm_i32x4_bitmask(low.v) | wasm_i32x4_bitmask(high.v) << 4);
}

/// The mean magnitude and the signs of lane_count<V> blocks; the sum runs from weight to weight in every lane.
template <class V>
void quantize_blocks(const float* x, uint8_t* blocks) {
  V values[n], sum(0.0f);
  load_lanes<n>(x, n, values);
  for (int i = 0; i < n; ++i) sum += absolute(values[i]);
  float scales[lane_count<V>];
  store_run(sum / V(128.0f), scales);
  for (const float scale : scales) {
    store(blocks, f16_from_f32(scale));
    for (int byte = 0; byte < 16; ++byte) blocks[2 + byte] = eight_signs<V>(x + 8 * byte);
    x += n;
    blocks += Q1_0::block_bytes;
  }
}

void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  constexpr size_t together = n * lane_count<Lanes>;
  size_t i = 0;
  for (; i + together <= length; i += together) quantize_blocks<Lanes>(row + i, blocks + i / n * Q1_0::block_bytes);
  for (; i < length; i += n) quantize_blocks<float>(row + i, blocks + i / n * Q1_0::block_bytes);
}

struct Vectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    const v128_t low = in_register(wasm_i32x4_make(1, 2, 4, 8)), high = in_register(wasm_i32x4_make(16, 32, 64, 128));
    const v128_t sign = in_register(wasm_i32x4_splat(INT32_MIN));
    for (size_t b = 0; b < block_count; ++b, blocks += Q1_0::block_bytes, values += n) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      for (int byte = 0; byte < n / 8; ++byte) {
        const v128_t bits = wasm_i32x4_splat(blocks[Q1_0::codes_at + static_cast<uint32_t>(byte)]);
        const auto put = [&](v128_t own, float* to) {
          const v128_t positive = wasm_i32x4_eq(wasm_v128_and(bits, own), own);
          wasm_v128_store(to, wasm_v128_xor(d, wasm_v128_andnot(sign, positive)));
        };
        put(low, values + 8 * byte);
        put(high, values + 8 * byte + 4);
      }
    }
  }
};

}  // namespace

template <>
Codec codec_for<Q1_0>() {
  return {Type::q1_0, vector_decoders<Q1_0, Vectors>, llama_cpp_quantizers<quantize>, false};
}

}  // namespace nibble::NIBBLE_TARGET
