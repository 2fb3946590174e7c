// The search on the uneven grid of IQ4_NL and IQ4_XS, where its shortcuts could go wrong: on the midpoints.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "reference/reference.h"
#include "search/llama_cpp_iq4.h"

namespace nibble {
namespace {

#if NIBBLE_SIMD
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
#endif

TEST(Iq4Search, WeightsOnAMidpointOfACandidateTakeTheReferencesSide) {
  testing::Random random(5);
  std::vector<float> x(256 * 64), importance(x.size());
  for (float& q : importance) q = random.uniform();
  for (int round = 0; round < 12; ++round) {
    for (size_t begin = 0; begin < x.size(); begin += 32) {
      const float extreme =
          random.sign() * std::ldexp(1.0f + random.uniform(), static_cast<int>(random.below(20)) - 12);
      for (size_t i = begin; i < begin + 32; ++i) {
        const uint32_t k = random.below(15);
        const float middle = 0.5f * static_cast<float>(iq4_values[k] + iq4_values[k + 1]);
        const float t = static_cast<float>(random.below(16)) - 8.0f;
        // On the midpoint at candidate t, or beside it.
        x[i] = t == -8.0f ? middle * extreme / 127.0f : middle * extreme / (t - 127.0f);
        const uint32_t side = random.below(3);
        if (side > 0) x[i] = std::nextafter(x[i], side == 1 ? FLT_MAX : -FLT_MAX);
      }
      x[begin + random.below(32)] = extreme;
    }
    for (const std::string_view name : {"iq4_nl", "iq4_xs"}) {
      const Format& format = *find_format(name);
      for (const float* weights : {static_cast<const float*>(nullptr), static_cast<const float*>(importance.data())}) {
        std::vector<uint8_t> expected(format.bytes_for(x.size())), actual(expected.size());
        reference::find(name)->quantize(x.data(), expected.data(), x.size(), weights);
        for (const Kernel kernel : {Kernel::scalar, best_kernel}) {
          find_quantizer(format.type, llama_cpp, kernel)->run(x.data(), actual.data(), x.size(), weights);
          EXPECT_EQ(actual, expected) << name << ", " << kernel_name(kernel) << (weights ? ", weighted" : "");
        }
      }
    }
  }
}

}  // namespace
}  // namespace nibble
