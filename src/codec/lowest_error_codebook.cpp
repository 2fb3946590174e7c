#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/iq4_nl.h"
#include "formats/iq4_xs.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"

/// lowest-error and quick for formats with a scale and uneven levels.
namespace nibble {
namespace {

using namespace lowest_error;

/// `count` blocks, up to four, by the integer search.
template <Kernel kernel, int count>
bool integer_iq4_nl(const float* x, uint8_t* blocks, const float* importance) {
  float weights[4 * 32], importances[4 * 32];
  Block32Fit fits[4];
  NIBBLE_OF_KERNEL(iq4_nl)(filled_to_four<count>(x, weights), filled_to_four<count>(importance, importances), fits);
  for (size_t b = 0; b < count; ++b) IQ4_NL::encode(fits[b].d, fits[b].levels, blocks + IQ4_NL::block_bytes * b);
  return true;
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize_iq4_nl(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_searched<guard, F, kernel, V, 4>(row, blocks, length, importance, integer_iq4_nl<kernel, 4>,
                                            integer_iq4_nl<kernel, 1>);
}

template <Kernel kernel>
bool integer_iq4_xs(const float* x, uint8_t* block, const float* importance) {
  SuperBlockFit fit;
  if (!NIBBLE_OF_KERNEL(iq4_xs)(x, importance, fit)) return false;
  uint8_t scales[IQ4_XS::sub_blocks];
  for (int j = 0; j < IQ4_XS::sub_blocks; ++j) scales[j] = static_cast<uint8_t>(fit.scale[j] + 32);
  IQ4_XS::encode(fit.d, scales, fit.levels, block);
  return true;
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize_iq4_xs(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, integer_iq4_xs<kernel>,
                                            integer_iq4_xs<kernel>);
}

}  // namespace

std::vector<Quantizer> codebook_lowest_error(Type type) {
  switch (type) {
    case Type::iq4_nl: return NIBBLE_SEARCHES(quantize_iq4_nl, IQ4_NL);
    case Type::iq4_xs: return NIBBLE_SEARCHES(quantize_iq4_xs, IQ4_XS);
    case Type::mxfp4: return NIBBLE_SEARCHES(quantize_exactly, MXFP4);
    case Type::nvfp4: return NIBBLE_SEARCHES(quantize_exactly, NVFP4);
    default: return {};
  }
}

}  // namespace nibble
