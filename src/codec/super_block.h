#pragma once
#include "codec/searched_rows.h"

/// The searches lowest-error and quick of super-blocks (search/super_block_fits.h), for the numbers of levels, of
/// multiples and of weights in a run that have candidates there.
namespace nibble {

/// The integer search for a shape of super-block and a kernel; null where there are no candidates for it.
template <class F, Kernel kernel>
constexpr SuperBlockSearch super_block_search() {
  constexpr auto& levels = levels_of<F>.levels;
  constexpr bool integers = levels.size() == static_cast<size_t>(levels.back() - levels.front()) + 1;
  if constexpr (F::kind == FormatKind::super_block_minima && F::scale_length == 16 && levels.size() == 4 &&
                F::most == 15) {
    return NIBBLE_OF_KERNEL(minima_4_levels);
  } else if constexpr (F::kind == FormatKind::super_block_minima && F::scale_length == 32 && F::most == 63) {
    if (levels.size() == 16) return NIBBLE_OF_KERNEL(minima_16_levels);
    if (levels.size() == 32) return NIBBLE_OF_KERNEL(minima_32_levels);
  } else if constexpr (F::kind == FormatKind::super_block_symmetric && integers && F::scale_length == 16) {
    if (levels.size() == 8 && F::most == 31) return NIBBLE_OF_KERNEL(symmetric_8_levels);
    if (levels.size() == 64 && F::most == 127) return NIBBLE_OF_KERNEL(symmetric_64_levels);
  } else if constexpr (F::kind == FormatKind::super_block_symmetric && !integers && F::scale_length == 32) {
    if (levels.size() == 16 && F::most == 31) return NIBBLE_OF_KERNEL(iq4_super_block);
  }
  return nullptr;
}

template <class F, Guard guard, Kernel kernel, class V>
void quantize_super_block(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = [](const float* x, uint8_t* block, const float* weights) {
    BlockParts parts;
    if (!super_block_search<F, kernel>()(x, weights, parts)) return false;
    // Bytes written to `block` could be anything's; in an array of their own they are packed many at a time.
    uint8_t packed[F::block_bytes];
    encode<F>(parts, packed);
    std::memcpy(block, packed, F::block_bytes);
    return true;
  };
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

template <class F>
std::vector<Quantizer> super_block_searches() {
  if constexpr (super_block_search<F, Kernel::scalar>() == nullptr) return {};
  return NIBBLE_SEARCHES(quantize_super_block, F);
}

}  // namespace nibble
