#include "codec/format_codec.h"
#include "formats/q2_0.h"
#include "formats/tq1_0.h"
#include "formats/tq2_0.h"

/// TQ1_0, TQ2_0 and Q2_0: steps of the largest magnitude, so three values per weight, in three packings.
namespace nibble::NIBBLE_TARGET {
namespace {

/// 1 where v, at most about 1, rounds to one step, halves away from zero.
template <class V>
V one_step(V v) {
  return select(both(v >= V(0.5f), v < V(1.5f)), V(1.0f), V(0.0f));
}

/// The code of v steps. Where the inverse of a subnormal scale overflows, v is infinite or NaN and the reference's
/// conversions to integers decide: the ternary types get 1, Q2_0 gets 0.
template <class F, class V>
V code_of(V v) {
  const V code = V(1.0f) + one_step(v) - one_step(-v);
  if constexpr (F::type == Type::q2_0) return select(absolute(v) < V(1.5f), code, V(0.0f));
  return code;
}

template <class F>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  constexpr int n = F::block_length, lanes = lane_count<Lanes>;
  for (size_t at = 0; at < length; at += n, blocks += F::block_bytes) {
    const float d = largest_magnitude<n, Lanes>(row + at);
    const Lanes inverse(d != 0.0f ? 1.0f / d : 0.0f);
    Lanes levels[n / lanes];
    for (int i = 0; i < n / lanes; ++i) levels[i] = code_of<F>(load_run<Lanes>(row + at + i * lanes) * inverse);
    uint8_t codes[n];
    store_level_run<n>(levels, codes);
    encode<F>(f16_from_f32(d), codes, blocks);
  }
}

}  // namespace

template <>
Codec codec_for<TQ1_0>() {
  return {Type::tq1_0, block_decoders<TQ1_0>, llama_cpp_quantizers<quantize<TQ1_0>>, false};
}
template <>
Codec codec_for<TQ2_0>() {
  return {Type::tq2_0, block_decoders<TQ2_0>, llama_cpp_quantizers<quantize<TQ2_0>>, false};
}
template <>
Codec codec_for<Q2_0>() {
  return {Type::q2_0, block_decoders<Q2_0>, llama_cpp_quantizers<quantize<Q2_0>>, false};
}

}  // namespace nibble::NIBBLE_TARGET
