#include "search/exact_iq4.h"

#include "numeric/value_tables.h"
#include "search/super_block_fits.h"

namespace nibble {

ExactIq4::ExactIq4(Kernel kernel) : search_(super_block_fits_scalar::exact_iq4) {
#if NIBBLE_SIMD
  if (kernel == Kernel::simd) search_ = super_block_fits_simd::exact_iq4;
#else
  (void)kernel;
#endif
  for (int code = 0; code < 16; ++code) levels_[code] = static_cast<float>(iq4_values[code]);
}

float ExactIq4::best_scale(const float* x) {
  float scale;
  if (search_(x, scale)) return scale;
  ++slow_blocks_;
  sweep_.walk(x, nullptr, 32, {levels_, 16});
  return static_cast<float>(sweep_.optimum(Storage::f16).scale);
}

}  // namespace nibble
