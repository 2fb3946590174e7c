#pragma once
#include <vector>

#include "codec/codec.h"
#include "search/scale_methods.h"

namespace nibble {

/// The quantizers that choose the scale of a one-scale format by each of search/scale_methods.h; none for other types.
/// After the search the scale is rounded to what the format stores, and every weight takes the level nearest to it.
std::vector<Quantizer> scale_search_quantizers(Type type);

/// The grid of a format with one scale per run of weights: what its scale searches work on.
struct OneScaleGrid {
  Levels levels;
  Storage storage;
  /// Packs a whole block from its scale and the level index of each weight; null where a block has several scales.
  void (*encode)(float scale, const int* levels, uint8_t* block);
};
/// Null for formats with more than one number per scale.
const OneScaleGrid* one_scale_grid(Type type);

}  // namespace nibble
