#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "measure/measurement.h"
#include "recipe/type_rules.h"

namespace nibble {

/// Of the blocks of a tensor that were looked at, the share that must come out bit for bit for its weights to be said
/// to lie on a type's grid. Weights that do not lie there give none: no rounding of theirs meets 32 weights by chance.
/// Where they are stored in half a float, rounding has moved some blocks of those that do off it.
inline constexpr double least_share_on_grid = 0.25;

/// Tensors whose weights a type holds, wholly or mostly, as they are.
struct OnGrid {
  Type type;
  std::string_view method;           ///< that writes them so
  std::vector<std::string> tensors;  ///< in output order
  double kept = 0, blocks = 0;       ///< blocks that come out bit for bit, and those looked at
  std::vector<TypeRule> rules;       ///< that give these tensors the type, and no other measured one
};

/// One entry for each type that is the first to hold some tensor.
std::vector<OnGrid> on_grids(const Measurement& measurement);

}  // namespace nibble
