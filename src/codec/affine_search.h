#pragma once
#include <vector>

#include "codec/codec.h"

namespace nibble {

/// The quantizers that choose scale and offset of Q4_1 and Q5_1 by each of search/affine_methods.h; none for other
/// types. After the search both numbers are rounded to half floats, and every weight takes the level nearest to it.
std::vector<Quantizer> affine_search_quantizers(Type type);

}  // namespace nibble
