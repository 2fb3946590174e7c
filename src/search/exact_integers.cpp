#include "search/exact_integers.h"

namespace nibble {

int ExactIntegers::reach_for(const BlockProblem& problem) {
  const float last = problem.levels.value[problem.levels.count - 1];
  const int reach = problem.levels.count / 2;
  const bool even = problem.levels.value[0] == static_cast<float>(-reach) && last == static_cast<float>(reach - 1);
  const bool known = reach == 8 || reach == 16 || reach == 128;
  return even && known && problem.n == 32 && problem.storage == Storage::f16 ? reach : 0;
}

ExactIntegers::ExactIntegers(int reach, Kernel kernel)
    : search_(NIBBLE_OF_TARGET(kernel, exact_integer_scale)), reach_(reach) {
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
  return NIBBLE_OF_TARGET(kernel, exact_integer_scale_near_maximum)(x, scale);
}

}  // namespace nibble
