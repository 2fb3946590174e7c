#pragma once
#include <vector>

/// What llama-imatrix --show-statistics says of a tensor, slow and obviously right: a pass over the numbers for each
/// figure, in long double.
namespace nibble::reference {

struct ImportanceFigures {
  long double sum, min, max, mean, deviation, active, entropy, normalised_entropy, beyond;
};

/// `values`: E[a^2] of every column.
ImportanceFigures importance_figures(const std::vector<float>& values);
long double cosine(const std::vector<float>& one, const std::vector<float>& other);

}  // namespace nibble::reference
