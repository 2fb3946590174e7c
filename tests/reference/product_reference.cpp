#include "reference/product_reference.h"

#include <cmath>
#include <optional>

namespace nibble::reference {

float block_product(const float* weights, const float* activations, size_t columns, const float* start) {
  std::optional<float> result;
  if (start) result = *start;
  float sum = 0;
  for (size_t k = 0; k < columns; ++k) {
    const float product = weights[k] * activations[k];
    sum = sum + product;
    if (k % 256 == 255 || k + 1 == columns) {
      result = result ? *result + sum : sum;
      sum = 0;
    }
  }
  return *result;
}

ExactProduct exact_product(const float* weights, const float* activations, size_t columns) {
  ExactProduct exact{0, 0};
  for (size_t k = 0; k < columns; ++k) {
    const double product = static_cast<double>(weights[k]) * static_cast<double>(activations[k]);
    exact.value += product;
    exact.magnitude += std::fabs(product);
  }
  return exact;
}

}  // namespace nibble::reference
