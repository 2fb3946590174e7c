#include "codec/codec.h"
#include "formats/tq1_0.h"
#include "formats/tq2_0.h"
#include "numeric/lanes.h"

/// TQ1_0 and TQ2_0: the same three values per weight in two packings.
namespace nibble {
namespace {

/// 1 where v rounds to at least one step away from zero (halves away), on the side of `sign`. Infinite v, which the
/// inverse of a subnormal scale gives, counts as 0: so does the conversion of the reference.
template <class V>
V steps_away(V v) {
  return select(both(v >= V(0.5f), v < V(1.5f)), V(1.0f), V(0.0f));
}

/// The largest magnitude as scale and trits 0..2 for 256 weights.
template <class V>
float quantize_trits(const float* x, uint8_t* trits) {
  constexpr int count = super_block / lane_count<V>;
  V largest(0.0f);
  for (int i = 0; i < count; ++i) largest = higher_of(largest, absolute(load_run<V>(x + i * lane_count<V>)));
  float each[lane_count<V>], d = 0.0f;
  store_run(largest, each);
  for (float magnitude : each) d = higher_of(d, magnitude);

  const V inverse(d != 0.0f ? 1.0f / d : 0.0f);
  V levels[count];
  for (int i = 0; i < count; ++i) {
    const V v = load_run<V>(x + i * lane_count<V>) * inverse;
    levels[i] = V(1.0f) + steps_away(v) - steps_away(-v);
  }
  store_level_run<super_block>(levels, trits);
  return d;
}

template <class F, class V>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* /*importance*/) {
  for (size_t i = 0; i < length; i += super_block, blocks += F::block_bytes) {
    uint8_t trits[super_block];
    const float d = quantize_trits<V>(row + i, trits);
    F::encode(f16_from_f32(d), trits, blocks);
  }
}

template <class F>
constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<F>}};
template <class F>
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, quantize<F, float>},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, quantize<F, Float4>},
#endif
};

}  // namespace

template <>
Codec codec_for<TQ1_0>() {
  return {Type::tq1_0, decoders<TQ1_0>, quantizers<TQ1_0>, false};
}
template <>
Codec codec_for<TQ2_0>() {
  return {Type::tq2_0, decoders<TQ2_0>, quantizers<TQ2_0>, false};
}

}  // namespace nibble
