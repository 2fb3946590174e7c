#pragma once
#include <cstddef>
#include <cstdint>

#include "numeric/kernel.h"
#include "stats/error_sums.h"

namespace nibble {

/// The histogram has two counters for each bucket b: b * 2 for y <= x, b * 2 + 1 for y > x (d = x - y is negative).
/// Beside telling the sides apart, this keeps neighbours, which often fall into the same bucket, from waiting for each
/// other's increment.
constexpr size_t histogram_sides = 2;

/// Adds `count` weights and what they decode to. `position` is the index of the first one in its piece, `importance`
/// one weight each or null, `counters` error_buckets::count * histogram_sides counters.
using MeasureErrors = void (*)(const float* values, const float* decoded, const float* importance, size_t count,
                               uint64_t position, ErrorSums& sums, uint32_t* counters);
/// How many of `count` weights are below `low` or above `high`. NaN is neither.
using CountOutside = uint64_t (*)(const float* values, size_t count, float low, float high);

struct ErrorKernels {
  Kernel kernel;
  MeasureErrors measure;
  CountOutside count_outside;
};

/// The variant for `kernel`, or the only one of the build. All give the same sums to the bit.
NIBBLE_IN_TARGETS(const ErrorKernels& error_kernels();)
inline const ErrorKernels& error_kernels(Kernel kernel) { return NIBBLE_OF_TARGET(kernel, error_kernels)(); }

}  // namespace nibble
