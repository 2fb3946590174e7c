#include "reference/output_reference.h"

namespace nibble::reference {

OutputChange output_change(const std::vector<float>& weights, const std::vector<float>& others, size_t columns,
                           const std::vector<std::vector<double>>& inputs) {
  OutputChange change{0, 0};
  for (const std::vector<double>& input : inputs) {
    for (size_t row = 0; row < weights.size() / columns; ++row) {
      double right = 0, wrong = 0;
      for (size_t i = 0; i < columns; ++i) {
        right += double{weights[row * columns + i]} * input[i];
        wrong += double{others[row * columns + i]} * input[i];
      }
      change.error += (right - wrong) * (right - wrong);
      change.length += right * right;
    }
  }
  return change;
}

}  // namespace nibble::reference
