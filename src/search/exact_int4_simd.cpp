#include "numeric/simd.h"

#if NIBBLE_SIMD
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace nibble::exact_int4_simd {
#include "search/exact_int4.inl"
}  // namespace nibble::exact_int4_simd
#endif
