#include "numeric/simd.h"

#if NIBBLE_SIMD
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numeric/bits.h"

namespace nibble::exact_integers_simd {
// clang-format off: each builds on those before it.
#include "search/integer_vectors.inl"
#include "search/exact_integers.inl"
// clang-format on
}  // namespace nibble::exact_integers_simd
#endif
