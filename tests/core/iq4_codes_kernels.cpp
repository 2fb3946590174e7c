// The vector rule of the uneven levels of IQ4, in each target, where it could go wrong: on the midpoints.
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

#include "search/llama_cpp_iq4.h"

namespace nibble::NIBBLE_TARGET {
namespace {

TEST(Iq4Codes, VectorsTakeTheLevelsOfTheScalarRule) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values = {0.0f,     -0.0f,   infinity, -infinity, std::nanf(""), FLT_MAX,
                               -FLT_MAX, FLT_MIN, 1e-45f,   1e9f,      -1e9f};
  for (int half = -600; half <= 600; ++half) {
    const float y = 0.5f * static_cast<float>(half);
    for (const float near : {y, std::nextafter(y, infinity), std::nextafter(y, -infinity), y + 0.2f})
      values.push_back(near);
  }
  while (values.size() % 16 != 0) values.push_back(0.0f);
  for (size_t at = 0; at < values.size(); at += 16) {
    Float4 y[4];
    for (size_t k = 0; k < 4; ++k) y[k] = load_run<Float4>(&values[at + 4 * k]);
    uint8_t codes[16];
    llama_cpp_search::nearest_iq4_codes<4>(y, codes);
    for (size_t k = 0; k < 16; ++k) EXPECT_EQ(codes[k], nearest_iq4_code(values[at + k])) << values[at + k];
  }
}

}  // namespace
}  // namespace nibble::NIBBLE_TARGET
