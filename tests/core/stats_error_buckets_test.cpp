#include <gtest/gtest.h>

#include <limits>

#include "reference/error_reference.h"
#include "stats/error_buckets.h"

namespace nibble {
namespace {

/// The smallest float, as a bit pattern, that `reached` holds for; it holds for all larger ones.
template <class Predicate>
uint32_t first_pattern(Predicate reached) {
  uint32_t low = 0, high = 0x7F800000u;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (reached(bit_cast<float>(middle))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

TEST(ErrorBuckets, CoarseBucketsAreExactlyThoseOfQuantizeStats) {
  // Both mappings grow with the error, so they are equal when each bucket begins at the same float.
  for (size_t coarse = 1; coarse < error_buckets::coarse_count; ++coarse) {
    const uint32_t expected = first_pattern([&](float d) { return reference::coarse_bucket(d) >= coarse; });
    const uint32_t got =
        first_pattern([&](float d) { return error_buckets::coarse_of(error_buckets::of(d)) >= coarse; });
    EXPECT_EQ(got, expected) << coarse;
  }
}

TEST(ErrorBuckets, EveryFiniteDifferenceHasABucketAndZeroHasItsOwn) {
  EXPECT_EQ(error_buckets::of(0.0f), 0u);
  EXPECT_EQ(error_buckets::of(-0.0f), 0u);
  EXPECT_GE(error_buckets::of(std::numeric_limits<float>::denorm_min()), 1u);
  EXPECT_LT(error_buckets::of(std::numeric_limits<float>::max()), error_buckets::count);
  for (uint32_t bits = 1; bits < 0x7F800000u; bits += 104729) {
    const float d = bit_cast<float>(bits);
    const uint32_t bucket = error_buckets::of(d);
    EXPECT_EQ(error_buckets::of(-d), bucket);
    const double t = static_cast<double>(d) * 5000;
    EXPECT_LE(error_buckets::lower_t(bucket), t);
    EXPECT_GT(error_buckets::lower_t(bucket + 1), t);
  }
}

TEST(ErrorBuckets, AreAtMostOne128thWide) {
  for (uint32_t bucket = 1; bucket < error_buckets::count; ++bucket) {
    const double low = error_buckets::lower_edge(bucket), high = error_buckets::upper_edge(bucket);
    ASSERT_GT(high, low);
    ASSERT_LE(high, low * (1 + 1.0 / 128) * (1 + 1e-15));
  }
}

}  // namespace
}  // namespace nibble
