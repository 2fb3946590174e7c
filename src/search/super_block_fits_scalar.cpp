#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "numeric/half.h"
#include "numeric/portable_vectors.h"
#include "numeric/value_tables.h"
#include "search/affine_candidates.h"
#include "search/super_block_fits.h"

namespace nibble::super_block_fits_scalar {
// clang-format off: each builds on those before it.
#include "search/integer_vectors.inl"
#include "search/runs_of_four.inl"
#include "search/super_block_affine.inl"
#include "search/affine_32.inl"
#include "search/super_block_symmetric.inl"
#include "search/iq4_codes.inl"
#include "search/iq4_fits.inl"
#include "search/iq4_xs_fits.inl"
#include "search/sweep_vectors.inl"
#include "search/exact_iq4.inl"
// clang-format on
}  // namespace nibble::super_block_fits_scalar
