#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numeric/bits.h"
#include "numeric/portable_vectors.h"

namespace nibble::exact_integers_scalar {
#include "search/exact_integers.inl"
#include "search/integer_vectors.inl"
}  // namespace nibble::exact_integers_scalar
