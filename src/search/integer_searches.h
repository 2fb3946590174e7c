#pragma once
#include <cstdint>

#include "formats/grammar.h"
#include "numeric/kernel.h"

/// The searches behind the methods lowest-error and quick in 16-bit integers: super-blocks of 256 weights, and blocks
/// of 32 with a scale and a minimum (for weights of equal importance) or with uneven levels.
///
/// Every run of weights is mapped to u = (x - low) / range (or |x| / max|x|), held in steps of 2^-15. A candidate is
/// how many levels T the range spans and how far the levels are shifted; its levels are p = floor(u T + shift),
/// computed eight at a time, and it is judged by its own least-squares fit, which needs only sum p u, sum p^2 and sum
/// p. In these steps:
///   1. every run tries a grid of candidates around the one that uses the whole range;
///   2. the numbers all runs share are scanned, judged by the curvature of each run's error;
///   3. each run then tries the stored scales (and minima) next to its own fit, judged by its error;
///   4. the shared numbers are fitted again to the codes (normal equations), and 3 and 4 may repeat.
/// Levels that rounding of u puts on the wrong side of a tie cost next to nothing: any choice of levels is judged by
/// what it is. Nothing here promises to beat another quantizer on every block; the caller compares
/// (codec/keep_better.h).
namespace nibble {

using SuperBlockSearch = bool (*)(const float* x, const float* importance, BlockParts& parts);

/// One function per shape and target; all targets give the same bits. `importance` may be null: all weights count the
/// same. The codes of the parts count levels from the lowest one up.
/// Those of blocks of 32 fit four consecutive ones, whatever the weights: numbers no half float holds make an invalid
/// block. The affine ones take step 1, and round the best candidate of each shift once more to its own fit; their quick
/// forms try fewer candidates. iq4_runs takes step 1 over the uneven levels, see iq4_runs.h. Those of super-blocks
/// return false where the weights are too large or too small for the integer search; the parts are then not meaningful.
/// exact_iq4 is the body of search/exact_iq4.h.
NIBBLE_IN_TARGETS(void affine_16_levels(const float* x, BlockParts* parts);
                  void affine_32_levels(const float* x, BlockParts* parts);
                  void affine_16_levels_quick(const float* x, BlockParts* parts);
                  void affine_32_levels_quick(const float* x, BlockParts* parts);
                  void iq4_runs(const float* x, const float* importance, BlockParts* parts);
                  bool minima_4_levels(const float* x, const float* importance, BlockParts& parts);
                  bool minima_16_levels(const float* x, const float* importance, BlockParts& parts);
                  bool minima_32_levels(const float* x, const float* importance, BlockParts& parts);
                  bool symmetric_8_levels(const float* x, const float* importance, BlockParts& parts);
                  bool symmetric_64_levels(const float* x, const float* importance, BlockParts& parts);
                  bool iq4_super_block(const float* x, const float* importance, BlockParts& parts);
                  bool exact_iq4(const float* x, float& scale);)

}  // namespace nibble
