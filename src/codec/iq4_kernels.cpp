#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/iq4_nl.h"
#include "formats/iq4_xs.h"
#include "numeric/lanes.h"
#include "search/llama_cpp_iq4.h"
#include "search/llama_cpp_weights.h"

/// IQ4_NL and IQ4_XS: one scale search on one uneven grid; the second stores its scales in six bits.
namespace nibble::NIBBLE_TARGET {
namespace {

using namespace llama_cpp_search;

constexpr int n = 32;

/// The scales of lane_count<V> consecutive runs of 32 weights, each with its own sigma2 (which only weighs importance).
template <class V>
V fit_runs(const float* x, const float* importance, V sigma2) {
  V lanes[n], w[n];
  load_lanes<n>(x, n, lanes);
  if (importance) {
    V q[n];
    load_lanes<n>(importance, n, q);
    importance_weights<n>(lanes, q, sigma2, w);
  } else {
    square_weights<n>(lanes, w);
  }
  return fit_iq4<n>(lanes, w);
}

/// The codes of 32 weights on the grid of `step`; a zero step makes every code that of zero.
template <class V>
void round_to_grid(const float* x, float step, uint8_t* codes) {
  const V inverse(step != 0.0f ? 1.0f / step : 0.0f);
  V y[n / lane_count<V>];
  for (int i = 0; i < n / lane_count<V>; ++i) y[i] = inverse * load_run<V>(x + i * lane_count<V>);
  nearest_iq4_codes<n / lane_count<V>>(y, codes);
}

/// lane_count<V> blocks of IQ4_NL.
template <class V>
void quantize_nl_blocks(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int count = lane_count<V>;
  V lanes[n], sum(0.0f);
  load_lanes<n>(x, n, lanes);
  for (int i = 0; i < n; ++i) sum += lanes[i] * lanes[i];
  float scales[count];
  store_run(fit_runs<V>(x, importance, sum * V(2.0f / 32.0f)), scales);
  for (int b = 0; b < count; ++b) {
    uint8_t codes[n];
    round_to_grid<V>(x + n * b, scales[b], codes);
    encode<IQ4_NL>(f16_from_f32(scales[b]), codes, blocks + IQ4_NL::block_bytes * b);
  }
}

void quantize_nl(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  constexpr size_t together = n * lane_count<Lanes>;
  size_t i = 0;
  const auto at = [&](const float* from) { return from ? from + i : nullptr; };
  for (; i + together <= length; i += together, blocks += IQ4_NL::block_bytes * lane_count<Lanes>) {
    quantize_nl_blocks<Lanes>(row + i, blocks, at(importance));
  }
  for (; i < length; i += n, blocks += IQ4_NL::block_bytes) quantize_nl_blocks<float>(row + i, blocks, at(importance));
}

struct XsQuantizer {
  using Format = IQ4_XS;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    constexpr int count = runs_of<IQ4_XS>;
    const float sigma2 = sum_of_squares(x, super_block) * (2.0f / 256.0f);
    float scales[count];
    for (int b = 0; b < count; b += lane_count<V>) {
      store_run(fit_runs<V>(x + n * b, importance ? importance + n * b : nullptr, V(sigma2)), scales + b);
    }
    const float d = -extreme_of<count>(scales).value / 32.0f;
    const float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    BlockParts parts;
    for (int b = 0; b < count; ++b) {
      const int level = clamp(nearest_int(inverse * scales[b]), -32, 31);
      parts.scale[b] = level;
      round_to_grid<V>(x + n * b, d * static_cast<float>(level), parts.codes + n * b);
    }
    parts.shared_scale = f16_from_f32(d);
    encode<IQ4_XS>(parts, block);
  }
};

struct NlVectors {
  static void decode(const uint8_t* blocks, float* values, size_t block_count) {
    for (size_t b = 0; b < block_count; ++b, blocks += IQ4_NL::block_bytes, values += n) {
      const v128_t d = wasm_f32x4_splat(f32_from_f16(load<uint16_t>(blocks)));
      const auto scaled = [d](v128_t v) { return wasm_f32x4_mul(d, v); };
      const block_vectors::Codes codes = block_vectors::unpack_nibbles(blocks + 2);
      block_vectors::store_values(iq4_values_above_128(codes.low), 128.0f, values, scaled);
      block_vectors::store_values(iq4_values_above_128(codes.high), 128.0f, values + 16, scaled);
    }
  }
};

}  // namespace

template <>
Codec codec_for<IQ4_NL>() {
  return {Type::iq4_nl, vector_decoders<IQ4_NL, NlVectors>, llama_cpp_quantizers<quantize_nl>, false};
}
template <>
Codec codec_for<IQ4_XS>() {
  return super_block_codec<XsQuantizer>(run_decoders<IQ4_XS>);
}

}  // namespace nibble::NIBBLE_TARGET
