
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "formats/format.h"
#include "search/affine_methods.h"

namespace nibble {
namespace {

std::vector<float> rows_of_every_kind() {
  std::vector<float> x;
  testing::Random random(21);
  for (const testing::Generator& generator : testing::generators()) {
    std::vector<float> block(32);
    generator.fill(random, block.data(), block.size());
    x.insert(x.end(), block.begin(), block.end());
  }
  return x;
}

/// One random number an expression: the order of two would be the compiler's choice.
std::vector<float> rows_alike_everywhere() {
  std::vector<float> x(10 * 32);
  testing::Random random(23);
  for (size_t i = 0; i < x.size(); ++i) {
    const float bell = 0.02f * random.gauss();
    const float forms[10] = {bell,
                             i % 32 == 7 ? 20 * bell : bell,
                             bell > 0 ? 0.3f : -0.3f,
                             std::nearbyint(200 * bell) / 8,
                             1 + bell,
                             -0.7f,
                             5e7f * bell,
                             5e-5f * bell,
                             0.0f,
                             0.05f + std::fabs(bell)};
    x[i] = forms[i / 32];
  }
  return x;
}

std::vector<uint8_t> quantize(const Format& format, std::string_view method, const std::vector<float>& x,
                              const float* importance = nullptr) {
  std::vector<uint8_t> blocks(format.bytes_for(x.size()));
  find_quantizer(format.type, method, Kernel::scalar)->quantize(x.data(), blocks.data(), x.size(), importance);
  return blocks;
}

/// sum w (x - decoded)^2 of block b.
double error_of(const Format& format, const std::vector<float>& x, const std::vector<uint8_t>& blocks, size_t b,
                const float* importance) {
  float decoded[32];
  format.decode(&blocks[b * format.block_bytes], decoded);
  double error = 0;
  for (size_t i = 0; i < 32; ++i) {
    const double off = static_cast<double>(x[b * 32 + i]) - decoded[i];
    error += (importance ? importance[b * 32 + i] : 1.0) * off * off;
  }
  return error;
}

TEST(AffineSearch, WritesTheSameBytesWithEveryCompiler) {
  const std::map<std::string, uint64_t> expected = {
      {"q4_1 min-max", 0x10B4979DA29FA30Eu},     {"q4_1 shrink-l2.4", 0x1C6B9F3F9E8FA497u},
      {"q4_1 grid", 0xFC65C6CB94C20E35u},        {"q4_1 lsq", 0xFD41E99C7ABE06E3u},
      {"q4_1 exact", 0x6A29B7273A159050u},       {"q5_1 min-max", 0x623342B809230659u},
      {"q5_1 shrink-l2.4", 0x623342B809230659u}, {"q5_1 grid", 0x5ADD4D1AC9A9841Au},
      {"q5_1 lsq", 0xF03F04022665868Du},         {"q5_1 exact", 0x5ABF6E4C84179176u},
  };
  const std::vector<float> x = rows_alike_everywhere();
  for (const char* name : {"q4_1", "q5_1"}) {
    for (const AffineMethod& method : all_affine_methods()) {
      uint64_t hash = 1469598103934665603u;
      for (const uint8_t byte : quantize(*find_format(name), method.name, x)) hash = (hash ^ byte) * 1099511628211u;
      const std::string key = std::string(name) + " " + std::string(method.name);
      EXPECT_EQ(hash, expected.at(key)) << key;
    }
  }
}

TEST(AffineSearch, NoMethodWritesABlockWithLessErrorThanExact) {
  const std::vector<float> x = rows_of_every_kind();
  std::vector<float> importance(x.size());
  testing::Random random(22);
  for (float& w : importance) w = 0.1f + 3 * random.uniform();
  for (const char* name : {"q4_1", "q5_1"}) {
    const Format& format = *find_format(name);
    for (const float* weights : {static_cast<const float*>(nullptr), static_cast<const float*>(importance.data())}) {
      const auto exact = quantize(format, "exact", x, weights);
      for (const std::string_view method : methods_of(format.type)) {
        const auto other = quantize(format, method, x, weights);
        for (size_t b = 0; b < x.size() / 32; ++b) {
          if (!format.valid(&other[b * format.block_bytes])) continue;
          const double best = error_of(format, x, exact, b, weights), error = error_of(format, x, other, b, weights);
          // Decoding rounds to single precision.
          double squares = 0;
          for (size_t i = 0; i < 32; ++i) squares += 3.1 * x[b * 32 + i] * x[b * 32 + i];
          EXPECT_LE(best, error * (1 + 1e-5) + squares * 1e-12)
              << name << " " << method << " block " << b << " of " << testing::generators()[b].name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace nibble
