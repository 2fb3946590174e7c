#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "derived/derived_file.h"

namespace nibble::architecture {

/// A view of a tensor's values in one that was made of them: what convert_hugging_face() says, turned around.
struct MadeFrom {
  uint32_t made;     ///< which tensor
  uint64_t offset;   ///< of the first value that the view makes, in that tensor
  DerivedPart view;  ///< in the tensor that it was made from
};

/// Where the values of a tensor of `count` weights are, in order, given the views that others were made by: parts
/// whose `matrix` says which tensor. Throws Error, with `name`, where a view multiplies or a value is in none of them,
/// and where the order is such that there would be absurdly many parts.
/// With `zeros`, values that are in no view are zeros, where they come before all others.
std::vector<DerivedPart> parts_of_original(const std::string& name, uint64_t count, std::span<const MadeFrom> views,
                                           bool zeros = false);

/// The same where the values of as many tensors as there are views alternate: one part each, in their order. Empty
/// where they do not.
std::vector<DerivedPart> alternating_parts(const std::string& name, uint64_t count, std::span<const MadeFrom> views);

}  // namespace nibble::architecture
