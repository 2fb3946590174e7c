#pragma once
#include <span>
#include <vector>

#include "network/product.h"

namespace nibble::network {

/// For each sequence, the sums over its tokens of the squares of each channel, sequence after sequence: single
/// precision per lane, the eight lanes then added in double precision. Whoever adds the sequences up in their order
/// gets the same sums however they were divided.
std::vector<double> sums_of_squares(const ProductInput& input, size_t channels,
                                    std::span<const SequencePanels> sequences, Kernel kernel);

}  // namespace nibble::network
