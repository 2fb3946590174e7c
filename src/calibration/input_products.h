#pragma once
#include <span>
#include <vector>

#include "network/product.h"

namespace nibble::calibration {

/// Consecutive channels of what tokens have.
struct Channels {
  const network::ProductInput* input;
  size_t first, count;
};

/// Sums over the tokens of some sequences of the products of one channel of `left` and one of `right`: a matrix of
/// left.count x right.count, row by row. About 2 * left.count * right.count operations a token, half of that where both
/// are the same.
///
/// What is computed, to the bit, by every kernel: the tokens of a sequence in stretches of network::block_columns, the
/// products of each added up in single precision from zero, these sums added in their order. Sequences that are added
/// up elsewhere and then joined give other last bits, so whoever divides them must always divide them alike.
std::vector<float> input_products(const Channels& left, const Channels& right,
                                  std::span<const network::SequencePanels> sequences, Kernel kernel = best_kernel());

/// The same for a product that is computed elsewhere: matrix = left * right, summed over all tokens at once.
struct ProductTerms {
  size_t tokens = 0;
  std::vector<float> left;   ///< [channel][token]
  std::vector<float> right;  ///< [eight channels][token][channel of the eight], zeros behind the last channel
};

ProductTerms product_terms(const Channels& left, const Channels& right,
                           std::span<const network::SequencePanels> sequences);

}  // namespace nibble::calibration
