// The search on the uneven grid of IQ4_NL and IQ4_XS, where its shortcuts could go wrong: on the midpoints.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "numeric/value_tables.h"
#include "reference/reference.h"

namespace nibble {
namespace {

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
        for (const Kernel kernel : every_kernel()) {
          find_quantizer(format.type, llama_cpp, kernel)->quantize(x.data(), actual.data(), x.size(), weights);
          EXPECT_EQ(actual, expected) << name << ", " << kernel_name(kernel) << (weights ? ", weighted" : "");
        }
      }
    }
  }
}

}  // namespace
}  // namespace nibble
