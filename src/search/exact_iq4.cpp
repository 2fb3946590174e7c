#include "search/exact_iq4.h"

#include "numeric/value_tables.h"
#include "search/integer_searches.h"

namespace nibble {

ExactIq4::ExactIq4(Kernel kernel) : search_(NIBBLE_OF_TARGET(kernel, exact_iq4)) {
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
