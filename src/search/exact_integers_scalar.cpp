#include "numeric/portable_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numeric/bits.h"

namespace nibble::exact_integers_scalar {
#include "search/integer_vectors.inl"
#include "search/exact_integers.inl"
}  // namespace nibble::exact_integers_scalar
