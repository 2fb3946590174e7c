#pragma once
#include <cstddef>
#include <vector>

/// What other weights change in the output of a layer, slow and obviously right.
namespace nibble::reference {

struct OutputChange {
  double error, length;  ///< sums over all inputs of |(W - V) a|^2 and of |W a|^2
};

/// `weights` and `others`: rows of `columns`; `inputs`: each of `columns` numbers.
OutputChange output_change(const std::vector<float>& weights, const std::vector<float>& others, size_t columns,
                           const std::vector<std::vector<double>>& inputs);

}  // namespace nibble::reference
