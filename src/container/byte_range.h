#pragma once
#include <cstdint>

namespace nibble {

/// A part of a file.
struct ByteRange {
  uint64_t offset;
  uint64_t bytes;
};

}  // namespace nibble
