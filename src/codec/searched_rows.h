#pragma once
#include <cstring>

#include "codec/codec.h"
#include "codec/keep_better.h"
#include "search/super_block_fits.h"

/// From a search to rows of blocks, where several kinds of formats do it the same way.
namespace nibble {

/// What a search of four blocks of 32 reads where there are `count`, up to four: the missing ones are zero, in `room`.
template <int count>
inline const float* filled_to_four(const float* x, float (&room)[4 * 32]) {
  if (count == 4 || !x) return x;
  std::memset(room, 0, sizeof room);
  std::memcpy(room, x, count * 32 * sizeof(float));
  return room;
}

}  // namespace nibble

/// The quantizers lowest-error and quick of a format for every kernel of this build, from a function template over a
/// format, a guard, a kernel and the vector that goes with it.
#if NIBBLE_SIMD
#define NIBBLE_SEARCHES(function, F)                                                            \
  {                                                                                             \
    {lowest_error_method, Kernel::scalar, function<F, Guard::compare, Kernel::scalar, float>},  \
        {lowest_error_method, Kernel::simd, function<F, Guard::compare, Kernel::simd, Float4>}, \
        {quick_method, Kernel::scalar, function<F, Guard::none, Kernel::scalar, float>}, {      \
      quick_method, Kernel::simd, function<F, Guard::none, Kernel::simd, Float4>                \
    }                                                                                           \
  }
#else
#define NIBBLE_SEARCHES(function, F)                                                             \
  {                                                                                              \
    {lowest_error_method, Kernel::scalar, function<F, Guard::compare, Kernel::scalar, float>}, { \
      quick_method, Kernel::scalar, function<F, Guard::none, Kernel::scalar, float>              \
    }                                                                                            \
  }
#endif

/// A function of search/super_block_fits.h for `kernel`.
#if NIBBLE_SIMD
#define NIBBLE_OF_KERNEL(name) (kernel == Kernel::simd ? super_block_fits_simd::name : super_block_fits_scalar::name)
#else
#define NIBBLE_OF_KERNEL(name) super_block_fits_scalar::name
#endif
