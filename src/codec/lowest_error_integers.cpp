#include "codec/integer_block.h"
#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/q4_0.h"
#include "formats/q5_0.h"
#include "formats/q8_0.h"
#include "search/exact_integers.h"

/// lowest-error and quick for blocks of 32 weights with a scale and even levels around zero. Q4_0 and Q5_0 are exact,
/// with importance weights, too.
namespace nibble {
namespace {

using namespace lowest_error;

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
    case Type::q4_0: return NIBBLE_SEARCHES(quantize_exactly, Q4_0);
    case Type::q5_0: return NIBBLE_SEARCHES(quantize_exactly, Q5_0);
    case Type::q8_0: return NIBBLE_SEARCHES(quantize_near_maximum, Q8_0);
    default: return {};
  }
}

}  // namespace nibble
