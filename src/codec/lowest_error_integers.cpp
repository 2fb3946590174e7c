#include "codec/integer_block.h"
#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/q4_0.h"
#include "formats/q5_0.h"
#include "formats/q8_0.h"
#include "search/exact_integers.h"

/// lowest-error and quick for blocks of 32 weights with a scale and even levels around zero.
namespace nibble {
namespace lowest_error {

// Weighted only: the exact search is fast where all weights count the same.
template <>
struct Search<Q4_0> {
  using Grid = EvenLevels<-8, 7>;
  static constexpr Steps divisors{5.0f, 0.3f, 24}, negative_divisors{5.0f, 0.3f, 24};
};
template <>
struct Search<Q5_0> {
  using Grid = EvenLevels<-16, 15>;
  static constexpr Steps divisors{10.6f, 0.3f, 28}, negative_divisors{10.6f, 0.3f, 28};
};

}  // namespace lowest_error

namespace {

using namespace lowest_error;

/// Q4_0 and Q5_0: exact, except that importance weights make the exact search slow and the best of a grid stands in.
template <class F, Guard guard, Kernel kernel, class V>
void quantize_integers(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) return quantize_exactly<F, guard, kernel, V>(row, blocks, length, nullptr);
  quantize_searched<guard, F, kernel, V, lane_count<V>>(row, blocks, length, importance, symmetric_blocks_of_32<F, V>,
                                                symmetric_blocks_of_32<F, float>);
}

/// Q8_0: the exact search is slow where it proves that coarse scales are no better, so the proof is left out.
template <class F, Guard guard, Kernel kernel, class V>
void quantize_near_maximum(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = [](const float* x, uint8_t* block, const float*) {
    float scale;
    if (!best_scale_near_maximum(x, kernel, scale)) return false;
    encode_nearest<F, 128, V>(x, scale, block);
    return true;
  };
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

}  // namespace

std::vector<Quantizer> integer_lowest_error(Type type) {
  switch (type) {
    case Type::q4_0: return {NIBBLE_LOWEST_ERROR(quantize_integers, Q4_0)};
    case Type::q5_0: return {NIBBLE_LOWEST_ERROR(quantize_integers, Q5_0)};
    case Type::q8_0: return {NIBBLE_LOWEST_ERROR(quantize_near_maximum, Q8_0), NIBBLE_QUICK(quantize_near_maximum, Q8_0)};
    default: return {};
  }
}

}  // namespace nibble
