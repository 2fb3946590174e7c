#include "network/norm.h"

namespace nibble::network {
NormalisedInput::NormalisedInput(PanelView view, size_t panels, size_t channels, Norm norm, float epsilon,
                                 std::span<const float> weights, std::span<const float> bias, Kernel kernel)
    : view_(view), weights_(weights), bias_(bias), kernel_(kernel), factors_(panels * lanes) {
  if (norm == Norm::layer) means_.resize(panels * lanes);
  for (size_t panel = 0; panel < panels; ++panel) {
    panel_math(kernel).statistics(view.at(panel), channels, norm, epsilon,
                                  means_.empty() ? nullptr : &means_[panel * lanes], &factors_[panel * lanes]);
  }
}

const float* NormalisedInput::block(size_t panel, size_t first, size_t count, float* scratch) const {
  panel_math(kernel_).normalise(view_.at(panel, first), count, means_.empty() ? nullptr : &means_[panel * lanes],
                                &factors_[panel * lanes], &weights_[first], bias_.empty() ? nullptr : &bias_[first],
                                scratch);
  return scratch;
}

void normalise_runs(PanelView view, size_t panels, size_t runs, size_t length, float epsilon,
                    std::span<const float> weights, Kernel kernel) {
  const PanelMath& math = panel_math(kernel);
  float factors[lanes];
  for (size_t panel = 0; panel < panels; ++panel) {
    for (size_t run = 0; run < runs; ++run) {
      float* values = view.at(panel, run * length);
      math.statistics(values, length, Norm::rms, epsilon, nullptr, factors);
      math.normalise(values, length, nullptr, factors, weights.data(), nullptr, values);
    }
  }
}

}  // namespace nibble::network
