// The exact search over the scales MXFP4 and NVFP4 can store, against all of those scales.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "numeric/scale_floats.h"
#include "reference/scale_sweep_reference.h"
#include "search/scale_methods.h"

namespace nibble {
namespace {

const std::vector<float> levels = {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12};

/// On the levels and midpoints of a scale that can be stored.
void grid_points(testing::Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 16) {
    const float scale = half_of_ue4m3(static_cast<uint8_t>(8 + random.below(100)));
    for (size_t i = begin; i < begin + 16; ++i)
      x[i] = random.sign() * scale * 0.5f * static_cast<float>(random.below(30));
  }
}
/// The largest weight just inside and outside of the range that is looked at.
void edges(testing::Random& random, float* x, size_t n) {
  constexpr float ends[] = {7.0f, 9.0f, 14.0f, 16.0f, 18.0f, 20.0f};
  for (size_t begin = 0; begin < n; begin += 32) {
    const float scale =
        std::ldexp(1.0f + 0.125f * static_cast<float>(random.below(8)), static_cast<int>(random.below(12)) - 6);
    for (size_t i = begin; i < begin + 32; ++i)
      x[i] = random.sign() * scale * static_cast<float>(1 + 2 * random.below(2));
    for (const size_t i : {begin, begin + 16}) {
      x[i] = random.sign() * ends[random.below(6)] * scale;
      if (random.below(2)) x[i] = std::nextafter(x[i], random.sign() * FLT_MAX);
    }
  }
}

TEST(ExactFp4, NoStoredScaleIsBetter) {
  std::vector<testing::Generator> inputs = testing::generators();
  inputs.push_back({"grid points", grid_points});
  inputs.push_back({"edges", edges});
  for (const std::string_view name : {"mxfp4", "nvfp4"}) {
    const Format& format = *find_format(name);
    const size_t run = format.scale_length;
    std::vector<float> scales;
    // From exponent 253 on, the highest level is no float.
    for (int code = 0; code < (run == 32 ? 253 : 127); ++code) {
      scales.push_back(run == 32 ? half_of_e8m0(static_cast<uint8_t>(code))
                                 : half_of_ue4m3(static_cast<uint8_t>(code)));
    }
    for (const testing::Generator& generator : inputs) {
      testing::Random random(3);
      std::vector<float> x(20 * format.block_length);
      generator.fill(random, x.data(), x.size());
      std::vector<uint8_t> blocks(format.bytes_for(x.size()));
      const Quantizer* exact = find_quantizer(format.type, exact_method, best_kernel());
      EXPECT_EQ(exact->kernel, best_kernel());
      exact->quantize(x.data(), blocks.data(), x.size(), nullptr);
      std::vector<float> decoded(x.size());
      find_decoder(format.type, best_kernel())->decode(blocks.data(), decoded.data(), x.size() / format.block_length);
      for (size_t at = 0; at < x.size(); at += run) {
        const std::vector<float> weights(x.begin() + at, x.begin() + at + run);
        double reached = 0, best = reference::error_at_scale(weights, {}, levels, 0);
        for (size_t i = at; i < at + run; ++i) {
          const double off = static_cast<double>(x[i]) - decoded[i];
          reached += off * off;
        }
        for (const float scale : scales) best = std::min(best, reference::error_at_scale(weights, {}, levels, scale));
        ASSERT_LE(reached, best * (1 + 1e-12)) << name << ", " << generator.name << ", weight " << at;
      }
    }
  }
}

}  // namespace
}  // namespace nibble
