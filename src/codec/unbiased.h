#pragma once
#include <cstring>

#include "codec/codec.h"
#include "codec/format_codec.h"

/// The method unbiased. The scale with the least squared error makes a block too short: with y the decoded weights, the
/// error w - y is then at a right angle to y and not to w, so that sum w y is less than sum w^2, and every output of a
/// matrix comes out too small by the same share. This method takes what lowest-error writes and multiplies the block's
/// stored scales and minima by sum w^2 / sum w y, weighted by importance where there is any; codes stay. llama.cpp's
/// IQ3_S, which has no other search, comes out too long, and is mended likewise.
namespace nibble::NIBBLE_TARGET {

/// Half floats at scale_at: numbers of fewer bits cannot be changed by a few percent. Codebooks that are not named here
/// gain nothing, or lose (docs/quality.md).
template <class F>
constexpr bool can_unbias = [] {
  if constexpr (has_searches(F::kind)) return F::storage == Storage::f16;
  return F::type == Type::iq3_s;
}();

/// sum p w^2 / sum p w y of a block, in double precision and in an order that does not depend on the kernel; p: 1 or
/// the importance. 1 where that is not between 1/2 and 2: what was stored has little to do with the weights then.
inline double gain_of(const float* x, const float* decoded, const float* importance, size_t length) {
  double squares[4] = {0, 0, 0, 0}, products[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < length; i += 4) {
    for (size_t k = 0; k < 4; ++k) {
      const double weight = (importance ? importance[i + k] : 1.0) * x[i + k];
      squares[k] += weight * x[i + k];
      products[k] += weight * decoded[i + k];
    }
  }
  const double gain = ((squares[0] + squares[1]) + (squares[2] + squares[3])) /
                      ((products[0] + products[1]) + (products[2] + products[3]));
  return gain > 0.5 && gain < 2 ? gain : 1;
}

/// Multiplies the scales and minima that a block stores as half floats; leaves it as it is where one would overflow.
template <class F>
void multiply_scales(uint8_t* block, double gain) {
  constexpr bool one_number = is_super_block(F::kind) || F::kind == FormatKind::codebook;
  constexpr uint32_t numbers = one_number ? 1 : runs_of<F>;
  uint8_t changed[F::block_bytes];
  std::memcpy(changed, block, F::block_bytes);
  const auto multiply = [&](size_t at) {
    const double value = f32_from_f16(load<uint16_t>(changed + at));
    store(changed + at, f16_from_f32(static_cast<float>(value * gain)));
  };
  for (uint32_t r = 0; r < numbers; ++r) {
    multiply(F::scale_at + 2 * r);
    if constexpr (has_offset(F::kind)) multiply(F::minimum_at + 2 * r);
  }
  if (valid<F>(changed)) std::memcpy(block, changed, F::block_bytes);
}

template <class F>
void quantize_unbiased(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  static_assert(F::block_length % 4 == 0);
  static const QuantizeRow search = quantizer_or_default(F::type, lowest_error_method, target_kernel)->quantize;
  static const DecodeBlocks decode = find_decoder(F::type, target_kernel)->decode;
  search(row, blocks, length, importance);
  float decoded[F::block_length];
  for (size_t i = 0; i < length; i += F::block_length, blocks += F::block_bytes) {
    decode(blocks, decoded, 1);
    multiply_scales<F>(blocks, gain_of(row + i, decoded, importance ? importance + i : nullptr, F::block_length));
  }
}

/// Adds the method where a format can have it.
template <class F>
void add_unbiased(TargetCodec& codec) {
  if constexpr (can_unbias<F>) codec.searches.push_back({unbiased_method, target_kernel, quantize_unbiased<F>});
}

}  // namespace nibble::NIBBLE_TARGET
