#pragma once
#include <cstddef>

#include "numeric/lanes.h"

/// The weights llama.cpp gives the squared errors of a block.
namespace nibble::NIBBLE_TARGET::llama_cpp_search {

/// Sum of squares in the order the reference adds them.
inline float sum_of_squares(const float* x, size_t length) {
  float sum = 0.0f;
  for (size_t i = 0; i < length; ++i) sum += x[i] * x[i];
  return sum;
}

/// w[i] = importance * sqrt(sigma2 + x^2): the importance row, sharpened where the weight is large.
template <int n, class V>
inline void importance_weights(const V* x, const V* importance, V sigma2, V* w) {
  for (int i = 0; i < n; ++i) w[i] = importance[i] * square_root(sigma2 + x[i] * x[i]);
}

/// w[i] = x^2: what the searches for grids around zero use when there is no importance row.
template <int n, class V>
inline void square_weights(const V* x, V* w) {
  for (int i = 0; i < n; ++i) w[i] = x[i] * x[i];
}

}  // namespace nibble::NIBBLE_TARGET::llama_cpp_search
