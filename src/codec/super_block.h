#pragma once
#include "codec/searched_rows.h"
#include "codec/unbiased.h"

/// The searches lowest-error and quick of super-blocks (search/integer_searches.h), for the numbers of levels, of
/// multiples and of weights in a run that have candidates there.
namespace nibble::NIBBLE_TARGET {

/// The integer search for a shape of super-block; null where there are no candidates for it.
template <class F>
constexpr SuperBlockSearch super_block_search() {
  constexpr auto& levels = levels_of<F>.levels;
  constexpr bool integers = levels.size() == static_cast<size_t>(levels.back() - levels.front()) + 1;
  if constexpr (F::kind == FormatKind::super_block_minima && F::scale_length == 16 && levels.size() == 4 &&
                F::most == 15) {
    return minima_4_levels;
  } else if constexpr (F::kind == FormatKind::super_block_minima && F::scale_length == 32 && F::most == 63) {
    if (levels.size() == 16) return minima_16_levels;
    if (levels.size() == 32) return minima_32_levels;
  } else if constexpr (F::kind == FormatKind::super_block_symmetric && integers && F::scale_length == 16) {
    if (levels.size() == 8 && F::most == 31) return symmetric_8_levels;
    if (levels.size() == 64 && F::most == 127) return symmetric_64_levels;
  } else if constexpr (F::kind == FormatKind::super_block_symmetric && !integers && F::scale_length == 32) {
    if (levels.size() == 16 && F::most == 31) return iq4_super_block;
  }
  return nullptr;
}

template <class F, Guard guard>
void quantize_super_block(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = [](const float* x, uint8_t* block, const float* w) {
    BlockParts parts;
    if (!super_block_search<F>()(x, w, parts)) return false;
    // Bytes written to `block` could be anything's; in an array of their own they are packed many at a time.
    uint8_t packed[F::block_bytes];
    encode<F>(parts, packed);
    std::memcpy(block, packed, F::block_bytes);
    return true;
  };
  quantize_searched<guard, F, 1>(row, blocks, length, importance, improve, improve);
}

template <class F>
void add_super_block(TargetCodec& codec) {
  if constexpr (super_block_search<F>() != nullptr) {
    codec.searches = {{lowest_error_method, target_kernel, quantize_super_block<F, Guard::compare>},
                      {quick_method, target_kernel, quantize_super_block<F, Guard::none>}};
    add_unbiased<F>(codec);
  }
}

}  // namespace nibble::NIBBLE_TARGET
