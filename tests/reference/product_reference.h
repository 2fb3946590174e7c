#pragma once
#include <cstddef>
#include <vector>

/// Matrix products, slow and obviously right.
namespace nibble::reference {

/// The product of a row of `columns` weights and as many activations, in single precision, in the order that
/// network/product.h states: blocks of 256 columns, each added up from zero, their sums added to `start` one by one; or
/// only added to each other when there is no start.
float block_product(const float* weights, const float* activations, size_t columns, const float* start);

/// The same in double precision, and the sum of the magnitudes of its terms, by which its error is judged.
struct ExactProduct {
  double value, magnitude;
};
ExactProduct exact_product(const float* weights, const float* activations, size_t columns);

}  // namespace nibble::reference
