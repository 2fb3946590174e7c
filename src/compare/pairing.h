#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/model.h"

/// Two models side by side: which tensor of one is which of the other.
namespace nibble {

enum class Match : uint8_t {
  same,      ///< the same name and shape
  reshaped,  ///< the same name and as many weights, in another shape
  resized,   ///< the same name, but not as many weights: cannot be compared
  renamed,   ///< no namesake; the same shape, and the same place among those of that shape without one
  only_a,
  only_b,
};

struct TensorPair {
  std::optional<uint32_t> a, b;  ///< indices into Model::tensors()
  Match match;
};

/// Every tensor of both models, once: in the order of `a`, then what only `b` has. Renamed tensors are found by their
/// shape alone, and only where both models have equally many of that shape left over; their error shows whether it is
/// so.
std::vector<TensorPair> pair_tensors(const Model& a, const Model& b);

/// TensorPair[] of web/src/wasm/types.
std::string pairs_json(const std::vector<TensorPair>& pairs);

}  // namespace nibble
