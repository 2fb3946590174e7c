#pragma once
#include <string>

namespace nibble::bench {

/// One figure, measured on the fastest kernel there is.
struct Figure {
  std::string type, operation;
  double speed;
};

}  // namespace nibble::bench
