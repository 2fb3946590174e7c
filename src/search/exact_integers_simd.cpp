#include "numeric/simd.h"

#if NIBBLE_SIMD
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numeric/bits.h"

namespace nibble::exact_integers_simd {
#include "search/exact_integers.inl"
#include "search/integer_vectors.inl"
}  // namespace nibble::exact_integers_simd
#endif
