#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/list.h"

/// lowest-error and quick for K-quants.
namespace nibble {
namespace {

using namespace lowest_error;

/// The integer search of a format (search/super_block_fits.h) for a kernel.
template <Kernel kernel>
constexpr auto integer_fit_of(const Q2_K*) {
  return NIBBLE_OF_KERNEL(q2_k);
}
template <Kernel kernel>
constexpr auto integer_fit_of(const Q3_K*) {
  return NIBBLE_OF_KERNEL(q3_k);
}
template <Kernel kernel>
constexpr auto integer_fit_of(const Q4_K*) {
  return NIBBLE_OF_KERNEL(q4_k);
}
template <Kernel kernel>
constexpr auto integer_fit_of(const Q5_K*) {
  return NIBBLE_OF_KERNEL(q5_k);
}
template <Kernel kernel>
constexpr auto integer_fit_of(const Q6_K*) {
  return NIBBLE_OF_KERNEL(q6_k);
}

void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q2_K*) {
  uint8_t packed[16];
  for (int j = 0; j < 16; ++j) packed[j] = static_cast<uint8_t>(fit.scale[j] | fit.minimum[j] << 4);
  Q2_K::encode(fit.d, fit.dmin, packed, fit.levels, block);
}
void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q3_K*) {
  uint8_t scales[16];
  for (int j = 0; j < 16; ++j) scales[j] = static_cast<uint8_t>(fit.scale[j] + 32);
  Q3_K::encode(fit.d, scales, fit.levels, block);
}
void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q6_K*) {
  int8_t scales[16];
  for (int j = 0; j < 16; ++j) scales[j] = static_cast<int8_t>(fit.scale[j]);
  Q6_K::encode(fit.d, scales, fit.levels, block);
}
template <class F>
void encode_fit(const SuperBlockFit& fit, uint8_t* block, F*) {
  uint8_t scales[8], minima[8], packed[12];
  for (int j = 0; j < 8; ++j) {
    scales[j] = static_cast<uint8_t>(fit.scale[j]);
    minima[j] = static_cast<uint8_t>(fit.minimum[j]);
  }
  pack_scales_and_minima(scales, minima, packed);
  F::encode(fit.d, fit.dmin, packed, fit.levels, block);
}

template <class F, Kernel kernel>
bool integer_block(const float* x, uint8_t* block, const float* importance) {
  SuperBlockFit fit;
  if (!integer_fit_of<kernel>(static_cast<F*>(nullptr))(x, importance, fit)) return false;
  // Bytes written to `block` could be anything's; in an array of their own they are packed many at a time.
  uint8_t packed[F::block_bytes];
  encode_fit(fit, packed, static_cast<F*>(nullptr));
  std::memcpy(block, packed, F::block_bytes);
  return true;
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = integer_block<F, kernel>;
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

}  // namespace

std::vector<Quantizer> super_block_lowest_error(Type type) {
  switch (type) {
    case Type::q2_K: return NIBBLE_SEARCHES(quantize, Q2_K);
    case Type::q3_K: return NIBBLE_SEARCHES(quantize, Q3_K);
    case Type::q4_K: return NIBBLE_SEARCHES(quantize, Q4_K);
    case Type::q5_K: return NIBBLE_SEARCHES(quantize, Q5_K);
    case Type::q6_K: return NIBBLE_SEARCHES(quantize, Q6_K);
    default: return {};
  }
}

}  // namespace nibble
