#pragma once
#include "search/scale_methods.h"

/// Groups of integers with a zero: weight = scale * (code - zero), codes and zeros 0..15, scales half floats.
namespace nibble {

struct GroupScale {
  float scale;
  int zero;
};

/// Of symmetric groups, and of those that are all zeros.
inline constexpr int middle_zero = 8;

/// The levels of the codes 0..15 in units of the scale.
Levels levels_from_zero(int zero);

/// Which zeros are tried: that of the range, from the smallest to the largest value and zero, spread over the codes;
/// the ones beside it as well; or all sixteen.
enum class ZeroChoice : uint8_t { range, near, all };

/// The scale that `method` finds with the middle zero.
GroupScale symmetric_scale(const ScaleMethod& method, const float* values, const float* importance, size_t count,
                           ScaleScratch& scratch);
/// The scale and zero with the least error of those that `method` finds for each zero; for the range's zero alone the
/// range's scale. `importance` is of each value; null: all count the same.
GroupScale asymmetric_scale(const ScaleMethod& method, ZeroChoice zeros, const float* values, const float* importance,
                            size_t count, ScaleScratch& scratch);

/// The code whose level is nearest to a value; of a scale of zero the one that stands for 0.
int group_code(GroupScale choice, float value);

}  // namespace nibble
