#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/iq4_nl.h"
#include "formats/iq4_xs.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"

/// lowest-error and quick for formats with a scale and uneven levels.
namespace nibble {
namespace lowest_error {

template <>
struct Search<IQ4_XS> {
  using Grid = Iq4Levels;
  using ScaleCode = uint8_t;
  static constexpr int S = 32, rounds = 2;
  static constexpr Steps divisors{96.0f, 4.2f, 8}, negative_divisors{108.0f, 4.6f, 8}, multiples{0.95f, 0.0109f, 24};
};
template <>
struct Search<IQ4_NL> {
  using Grid = Iq4Levels;
  static constexpr Steps divisors{96.0f, 4.2f, 8}, negative_divisors{108.0f, 4.6f, 8};
};

}  // namespace lowest_error

namespace {

using namespace lowest_error;

template <class F, Guard guard, Kernel kernel, class V>
void quantize_iq4_nl(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) {
    constexpr auto fit = NIBBLE_OF_KERNEL(iq4_nl);
    return quantize_searched<guard, F, kernel, V, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, fit, 4>,
                                                     integer_blocks_of_32<F, fit, 1>);
  }
  quantize_searched<guard, F, kernel, V, lane_count<V>>(row, blocks, length, importance, symmetric_blocks_of_32<F, V>,
                                                        symmetric_blocks_of_32<F, float>);
}

template <Kernel kernel>
bool integer_iq4_xs(const float* x, uint8_t* block, const float*) {
  SuperBlockFit fit;
  if (!NIBBLE_OF_KERNEL(iq4_xs)(x, fit)) return false;
  uint8_t scales[IQ4_XS::sub_blocks];
  for (int j = 0; j < IQ4_XS::sub_blocks; ++j) scales[j] = static_cast<uint8_t>(fit.scale[j] + 32);
  IQ4_XS::encode(fit.d, scales, fit.levels, block);
  return true;
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize_iq4_xs(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = importance ? symmetric_block<F, V> : integer_iq4_xs<kernel>;
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

}  // namespace

std::vector<Quantizer> codebook_lowest_error(Type type) {
  switch (type) {
    case Type::iq4_nl: return {NIBBLE_LOWEST_ERROR(quantize_iq4_nl, IQ4_NL), NIBBLE_QUICK(quantize_iq4_nl, IQ4_NL)};
    case Type::iq4_xs: return {NIBBLE_LOWEST_ERROR(quantize_iq4_xs, IQ4_XS), NIBBLE_QUICK(quantize_iq4_xs, IQ4_XS)};
    case Type::mxfp4: return {NIBBLE_LOWEST_ERROR(quantize_exactly, MXFP4)};
    case Type::nvfp4: return {NIBBLE_LOWEST_ERROR(quantize_exactly, NVFP4)};
    default: return {};
  }
}

}  // namespace nibble
