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

/// Consecutive weights of a piece, whole blocks of them where blocks are measured, and what they decode to.
struct DecodedWeights {
  const float* values;
  const float* decoded;
  size_t count;
  const float* importance = nullptr;  ///< one weight each, or null
  /// Weights a clip range is for, and the ranges of all such runs (see ClipRanges); null: nothing can be clipped.
  size_t run_length = 1;
  const float* low = nullptr;
  const float* high = nullptr;
  /// Weights of a block, and what takes the sum (x - y)^2 of each block, or null. That sum runs over four lanes (weight
  /// i of the block: lane i % 4), folded in order; it is not finite where a difference is not.
  size_t block_length = 1;
  double* block_errors = nullptr;
};

/// Adds weights to the sums. `position` is the index of the first one in its piece, `counters` are
/// error_buckets::count * histogram_sides counters.
using MeasureErrors = void (*)(const DecodedWeights& weights, uint64_t position, ErrorSums& sums, uint32_t* counters);

struct ErrorKernels {
  Kernel kernel;
  MeasureErrors measure;
};

/// The variant for `kernel`, or the only one of the build. All give the same sums to the bit.
NIBBLE_IN_TARGETS(const ErrorKernels& error_kernels();)
inline const ErrorKernels& error_kernels(Kernel kernel) { return NIBBLE_OF_TARGET(kernel, error_kernels)(); }

}  // namespace nibble
