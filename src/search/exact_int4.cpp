#include "search/exact_int4.h"

namespace nibble {
namespace exact_int4_scalar {
bool search(const float* x, float& scale);
}
#if NIBBLE_SIMD
namespace exact_int4_simd {
bool search(const float* x, float& scale);
}
#endif

ExactInt4::ExactInt4(Kernel kernel) : search_(exact_int4_scalar::search) {
#if NIBBLE_SIMD
  if (kernel == Kernel::simd) search_ = exact_int4_simd::search;
#else
  (void)kernel;
#endif
}

float ExactInt4::best_scale(const float* x) {
  float scale;
  if (search_(x, scale)) return scale;
  ++slow_blocks_;
  static constexpr float levels[16] = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};
  sweep_.walk(x, nullptr, 32, {levels, 16});
  return static_cast<float>(sweep_.optimum(Storage::f16).scale);
}

}  // namespace nibble
