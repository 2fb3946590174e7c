#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "formats/format.h"

namespace nibble {

/// A tensor as a file holds it.
struct StoredTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first, as many dimensions as the file says
  Type type;                    ///< of its bytes
  uint64_t weight_count;
  uint64_t bytes;
  uint64_t offset;    ///< from the start of the file
  std::string dtype;  ///< the container's own name of the type; empty where that is the format's
};

}  // namespace nibble
