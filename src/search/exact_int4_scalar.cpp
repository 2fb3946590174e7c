#include "numeric/portable_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace nibble::exact_int4_scalar {
#include "search/exact_int4.inl"
}  // namespace nibble::exact_int4_scalar
