#include "search/exact_integers.h"

namespace nibble {
namespace exact_integers_scalar {
bool search(int reach, const float* x, const float* importance, float& scale);
bool search_near(const float* x, float& scale);
}  // namespace exact_integers_scalar
#if NIBBLE_SIMD
namespace exact_integers_simd {
bool search(int reach, const float* x, const float* importance, float& scale);
bool search_near(const float* x, float& scale);
}  // namespace exact_integers_simd
#endif

ExactIntegers::ExactIntegers(int reach, Kernel kernel) : search_(exact_integers_scalar::search), reach_(reach) {
#if NIBBLE_SIMD
  if (kernel == Kernel::simd) search_ = exact_integers_simd::search;
#else
  (void)kernel;
#endif
  for (int code = 0; code < 2 * reach; ++code) levels_[code] = static_cast<float>(code - reach);
}

float ExactIntegers::best_scale(const float* x, const float* importance) {
  float scale;
  if (search_(reach_, x, importance, scale)) return scale;
  ++slow_blocks_;
  sweep_.walk(x, importance, 32, {levels_, 2 * reach_});
  return static_cast<float>(sweep_.optimum(Storage::f16).scale);
}

bool best_scale_near_maximum(const float* x, Kernel kernel, float& scale) {
#if NIBBLE_SIMD
  if (kernel == Kernel::simd) return exact_integers_simd::search_near(x, scale);
#else
  (void)kernel;
#endif
  return exact_integers_scalar::search_near(x, scale);
}

}  // namespace nibble
