// The number conversions against slow arithmetic, through the functions and through every kernel of the codecs that use
// them. All 65,536 halves always; all 2^32 floats only when NIBBLE_LONG_TESTS is set in the environment (minutes):
//   NIBBLE_LONG_TESTS=1 build/native/tests/nibble_tests --gtest_filter='Numeric.*'
#include "reference/numeric.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "codec/codec.h"
#include "numeric/bits.h"
#include "numeric/half.h"
#include "numeric/rounding.h"

namespace nibble {
namespace {

bool long_tests() { return std::getenv("NIBBLE_LONG_TESTS") != nullptr; }

/// Every exponent and sign, with the fractions that decide a rounding: each cut to a multiple of 2^13 (halves), 2^16
/// (bfloats) or 2^(13 + k) (subnormal halves), at, just below and just above the middle and the ends.
std::vector<float> rounding_sample() {
  std::vector<uint32_t> fractions;
  const auto add_around = [&](uint32_t fraction) {
    for (const uint32_t offset : {0u, 1u, 0x7FFFFFu}) fractions.push_back((fraction + offset) & 0x7FFFFF);
  };
  for (uint32_t cut = 0; cut < 2048; ++cut) add_around(cut << 12);
  for (uint32_t position = 0; position < 23; ++position) {
    for (uint32_t odd = 1; odd < 16; odd += 2) add_around(odd << position);
    add_around(0x7FFFFF >> position);
  }
  std::sort(fractions.begin(), fractions.end());
  fractions.erase(std::unique(fractions.begin(), fractions.end()), fractions.end());
  std::vector<float> sample;
  for (uint32_t top = 0; top < 512; ++top) {
    for (const uint32_t fraction : fractions) sample.push_back(bit_cast<float>(top << 23 | fraction));
  }
  return sample;
}

using Narrow = uint16_t (*)(float);

/// Converts `values` with the function and with every kernel, and compares each result with the slow one.
::testing::AssertionResult narrows_like(Type type, const std::vector<float>& values, Narrow fast, Narrow slow) {
  std::vector<uint16_t> expected(values.size()), got(values.size());
  std::transform(values.begin(), values.end(), expected.begin(), slow);
  const auto compare = [&](std::string_view who) {
    const auto [left, right] = std::mismatch(expected.begin(), expected.end(), got.begin());
    if (left == expected.end()) return ::testing::AssertionSuccess();
    const float x = values[static_cast<size_t>(left - expected.begin())];
    return ::testing::AssertionFailure() << who << ": " << std::hexfloat << x << " (bits " << std::hex
                                         << bit_cast<uint32_t>(x) << ") gives " << *right << ", not " << *left;
  };
  std::transform(values.begin(), values.end(), got.begin(), fast);
  if (const auto result = compare("function"); !result) return result;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    std::fill(got.begin(), got.end(), uint16_t{0});
    quantizer.quantize(values.data(), reinterpret_cast<uint8_t*>(got.data()), values.size(), nullptr);
    if (const auto result = compare(kernel_name(quantizer.kernel)); !result) return result;
  }
  return ::testing::AssertionSuccess();
}

TEST(Numeric, EveryHalfWidensExactlyAndComesBack) {
  std::vector<uint16_t> halves(65536);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i);
  for (const uint16_t half : halves) {
    const float expected = reference::float_from_half(half), got = f32_from_f16(half);
    ASSERT_EQ(f16_is_finite(half), std::isfinite(expected)) << half;
    if (std::isnan(expected)) {
      ASSERT_EQ(bit_cast<uint32_t>(got) >> 22, (half & 0x8000u) >> 6 | 0x1FFu) << half;  // sign, exponent, quiet bit
      ASSERT_EQ(f16_from_f32(got), (half & 0x8000u) | 0x7E00u) << half;
    } else {
      ASSERT_EQ(bit_cast<uint32_t>(got), bit_cast<uint32_t>(expected)) << half;
      ASSERT_EQ(f16_from_f32(got), half);
    }
  }
  for (const Decoder& decoder : codec_of(Type::f16).decoders) {
    std::vector<float> values(halves.size());
    decoder.decode(reinterpret_cast<const uint8_t*>(halves.data()), values.data(), values.size());
    for (const uint16_t half : halves) {
      ASSERT_EQ(bit_cast<uint32_t>(values[half]), bit_cast<uint32_t>(f32_from_f16(half)))
          << half << ", " << kernel_name(decoder.kernel);
    }
  }
}

TEST(Numeric, EveryBfloatWidensExactlyAndComesBack) {
  std::vector<uint16_t> bfloats(65536);
  for (size_t i = 0; i < bfloats.size(); ++i) bfloats[i] = static_cast<uint16_t>(i);
  for (const Decoder& decoder : codec_of(Type::bf16).decoders) {
    std::vector<float> values(bfloats.size());
    decoder.decode(reinterpret_cast<const uint8_t*>(bfloats.data()), values.data(), values.size());
    for (const uint16_t bfloat : bfloats) {
      ASSERT_EQ(bit_cast<uint32_t>(values[bfloat]), static_cast<uint32_t>(bfloat) << 16);
      ASSERT_EQ(bf16_is_finite(bfloat), std::isfinite(values[bfloat])) << bfloat;
      const uint16_t back = std::isnan(values[bfloat]) ? static_cast<uint16_t>(bfloat | 64) : bfloat;
      ASSERT_EQ(bf16_from_f32(values[bfloat]), back);
    }
  }
}

TEST(Numeric, FloatsNarrowToTheNearestHalf) {
  EXPECT_TRUE(narrows_like(Type::f16, rounding_sample(), f16_from_f32, reference::half_from_float));
}

TEST(Numeric, FloatsNarrowToTheNearestBfloat) {
  EXPECT_TRUE(narrows_like(Type::bf16, rounding_sample(), bf16_from_f32, reference::bfloat_from_float));
}

TEST(Numeric, EveryFloatNarrowsToTheNearestHalfAndBfloat) {
  if (!long_tests()) GTEST_SKIP() << "set NIBBLE_LONG_TESTS to try all 2^32 floats";
  std::vector<float> values(size_t{1} << 20);
  for (uint64_t begin = 0; begin < uint64_t{1} << 32; begin += values.size()) {
    for (size_t i = 0; i < values.size(); ++i) values[i] = bit_cast<float>(static_cast<uint32_t>(begin + i));
    ASSERT_TRUE(narrows_like(Type::f16, values, f16_from_f32, reference::half_from_float));
    ASSERT_TRUE(narrows_like(Type::bf16, values, bf16_from_f32, reference::bfloat_from_float));
  }
}

TEST(Numeric, NearestIntegerTakesTiesToEven) {
  EXPECT_EQ(nearest_int(0.5f), 0);
  EXPECT_EQ(nearest_int(1.5f), 2);
  EXPECT_EQ(nearest_int(-2.5f), -2);
  EXPECT_EQ(nearest_int(4194303.0f), 4194303);
  for (const float v : rounding_sample()) {
    if (std::isnan(v)) continue;
    ASSERT_EQ(nearest_int(v), reference::nearest(v)) << std::hexfloat << v;
  }
}

TEST(Numeric, ConversionsToBytesFollowX86) {
  EXPECT_EQ(truncate_to_i8(127.9f), 127);
  EXPECT_EQ(truncate_to_i8(-1.9f), -1);
  EXPECT_EQ(truncate_to_i8(200.0f), -56);
  EXPECT_EQ(truncate_to_i8(INFINITY), 0);
  EXPECT_EQ(truncate_to_i8(-3e9f), 0);
  EXPECT_EQ(truncate_to_u8(NAN), 0);
  EXPECT_EQ(truncate_to_u8(255.5f), 255);
  EXPECT_EQ(round_away_to_i8(0.5f), 1);
  EXPECT_EQ(round_away_to_i8(-2.5f), -3);
  EXPECT_EQ(round_away_to_i8(0.49999997f), 0);
  for (const float v : rounding_sample()) {
    ASSERT_EQ(truncate_to_u8(v), reference::low_byte_of_truncated(v)) << std::hexfloat << v;
  }
}

/// In a block whose largest weight is 127 the scale is 1, so q8_0's codes are its weights, rounded.
void expect_q8_0_rounds_away(const std::vector<float>& values) {
  constexpr size_t free_weights = 31, length = 32, bytes = 34, header = 2;
  const size_t blocks = (values.size() + free_weights - 1) / free_weights;
  std::vector<float> row(blocks * length, 0.0f);
  for (size_t b = 0; b < blocks; ++b) row[b * length] = 127.0f;
  for (size_t i = 0; i < values.size(); ++i) row[i / free_weights * length + 1 + i % free_weights] = values[i];
  for (const Quantizer& quantizer : codec_of(Type::q8_0).quantizers) {
    if (quantizer.method != llama_cpp) continue;
    std::vector<uint8_t> out(blocks * bytes);
    quantizer.quantize(row.data(), out.data(), row.size(), nullptr);
    for (size_t i = 0; i < row.size(); ++i) {
      const int code = static_cast<int8_t>(out[i / length * bytes + header + i % length]);
      const double x = row[i];
      ASSERT_EQ(code, static_cast<int>(std::trunc(x + (x < 0 ? -0.5 : 0.5))))
          << std::hexfloat << row[i] << ", " << kernel_name(quantizer.kernel);
    }
  }
}

TEST(Numeric, Q8_0RoundsHalfAwayFromZero) {
  std::vector<float> values;
  for (const float v : rounding_sample()) {
    if (std::fabs(v) <= 127.0f) values.push_back(v);
  }
  for (int doubled = -254; doubled <= 254; ++doubled) {
    const float middle = 0.5f * static_cast<float>(doubled);
    for (const float v : {std::nextafter(middle, -200.0f), middle, std::nextafter(middle, 200.0f)}) {
      if (std::fabs(v) <= 127.0f) values.push_back(v);
    }
  }
  expect_q8_0_rounds_away(values);
}

TEST(Numeric, Q8_0RoundsEveryFloatHalfAwayFromZero) {
  if (!long_tests()) GTEST_SKIP() << "set NIBBLE_LONG_TESTS to try every float up to 127";
  const uint32_t end = bit_cast<uint32_t>(127.0f) + 1, step = 1u << 20;
  for (uint32_t begin = 0; begin < end; begin += step) {
    std::vector<float> values;
    for (uint32_t bits = begin; bits < std::min(end, begin + step); ++bits) {
      values.push_back(bit_cast<float>(bits));
      values.push_back(-values.back());
    }
    expect_q8_0_rounds_away(values);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace nibble
