#pragma once
#include <span>
#include <vector>

#include "network/architectures.h"
#include "network/product.h"

namespace nibble::network {

/// A normalised view of panels: (x - mean) / sqrt(variance + epsilon) * weight + bias, or without the mean for an RMS
/// norm. Keeps two numbers a token; the values are made where they are used.
class NormalisedInput : public ProductInput {
 public:
  /// Takes the statistics of `channels` channels of `panels` panels. `bias` may be empty. Weights and bias must outlive
  /// this.
  NormalisedInput(PanelView view, size_t panels, size_t channels, Norm norm, float epsilon,
                  std::span<const float> weights, std::span<const float> bias, Kernel kernel);

  const float* block(size_t panel, size_t first, size_t count, float* scratch) const override;

 private:
  PanelView view_;
  std::span<const float> weights_, bias_;
  Kernel kernel_;
  std::vector<float> means_, factors_;  // lanes of each panel; no means for an RMS norm
};

/// Normalises each run of `length` channels in place by its root mean square, all with the same weights: the queries or
/// keys of each head.
void normalise_runs(PanelView view, size_t panels, size_t runs, size_t length, float epsilon,
                    std::span<const float> weights, Kernel kernel);

}  // namespace nibble::network
