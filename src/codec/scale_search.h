#pragma once
#include <vector>

#include "codec/codec.h"

namespace nibble {

/// The quantizers that choose the scale of a one-scale format by each of search/scale_methods.h; none for other types.
/// After the search the scale is rounded to what the format stores, and every weight takes the level nearest to it.
std::vector<Quantizer> scale_search_quantizers(Type type);

}  // namespace nibble
