#pragma once
#include <span>
#include <vector>

#include "network/product.h"

namespace nibble::network {

/// How large the channels of an input are: for each sequence, and in it for each channel, a number.
struct ColumnMagnitudes {
  std::vector<double> beyond;   ///< tokens with a magnitude of at least the threshold
  std::vector<double> largest;  ///< magnitude
};
ColumnMagnitudes magnitudes_of(const ProductInput& input, size_t channels, std::span<const SequencePanels> sequences,
                               float threshold);

}  // namespace nibble::network
