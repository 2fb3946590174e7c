#include "numeric/simd.h"

#if NIBBLE_SIMD
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numeric/bits.h"

namespace nibble::exact_integers_simd {
#include "search/integer_vectors.inl"
#include "search/exact_integers.inl"
}  // namespace nibble::exact_integers_simd
#endif
