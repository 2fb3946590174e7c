#include "network/norm.h"

#include "network/functions.h"

namespace nibble::network {
namespace {

/// Sums of values (or of squares) of a panel's channels, per lane: in blocks, as products are, so that the sums of wide
/// models stay exact.
template <class V, class Term>
V sum_of(const float* panel, size_t channels, Term term) {
  V total(0.0f);
  for (size_t first = 0; first < channels; first += block_columns) {
    const size_t end = std::min(channels, first + block_columns);
    V sum(0.0f);
    for (size_t channel = first; channel < end; ++channel) sum = sum + term(load_run<V>(panel + channel * lanes));
    total = total + sum;
  }
  return total;
}

template <class V>
void statistics_of(const float* panel, size_t channels, Norm norm, float epsilon, float* mean, float* factor) {
  const V count(static_cast<float>(channels));
  for (size_t lane = 0; lane < lanes; lane += lane_count<V>) {
    const float* from = panel + lane;
    V middle(0.0f);
    if (norm == Norm::layer) {
      middle = sum_of<V>(from, channels, [](V x) { return x; }) / count;
      store_run(middle, mean + lane);
    }
    const V squares = sum_of<V>(from, channels, [&](V x) { return (x - middle) * (x - middle); });
    store_run(V(1.0f) / square_root(squares / count + V(epsilon)), factor + lane);
  }
}

}  // namespace

NormalisedInput::NormalisedInput(PanelView view, size_t panels, size_t channels, Norm norm, float epsilon,
                                 std::span<const float> weights, std::span<const float> bias, Kernel kernel)
    : view_(view), weights_(weights), bias_(bias), kernel_(kernel), factors_(panels * lanes) {
  if (norm == Norm::layer) means_.resize(panels * lanes);
  in_lanes(kernel, [&](auto lane) {
    for (size_t panel = 0; panel < panels; ++panel) {
      statistics_of<decltype(lane)>(view.at(panel), channels, norm, epsilon,
                                    means_.empty() ? nullptr : &means_[panel * lanes], &factors_[panel * lanes]);
    }
  });
}

const float* NormalisedInput::block(size_t panel, size_t first, size_t count, float* scratch) const {
  const float* from = view_.at(panel, first);
  in_lanes(kernel_, [&](auto zero) {
    using V = decltype(zero);
    for (size_t lane = 0; lane < lanes; lane += lane_count<V>) {
      const V factor = load_run<V>(&factors_[panel * lanes + lane]);
      const V mean = means_.empty() ? V(0.0f) : load_run<V>(&means_[panel * lanes + lane]);
      for (size_t channel = 0; channel < count; ++channel) {
        V value = load_run<V>(from + channel * lanes + lane);
        if (!means_.empty()) value = value - mean;
        value = value * factor * V(weights_[first + channel]);
        if (!bias_.empty()) value = value + V(bias_[first + channel]);
        store_run(value, scratch + channel * lanes + lane);
      }
    }
  });
  return scratch;
}

void normalise_runs(PanelView view, size_t panels, size_t runs, size_t length, float epsilon,
                    std::span<const float> weights, Kernel kernel) {
  in_lanes(kernel, [&](auto zero) {
    using V = decltype(zero);
    float factors[lanes];
    for (size_t panel = 0; panel < panels; ++panel) {
      for (size_t run = 0; run < runs; ++run) {
        float* from = view.at(panel, run * length);
        statistics_of<V>(from, length, Norm::rms, epsilon, nullptr, factors);
        for (size_t channel = 0; channel < length; ++channel) {
          for (size_t lane = 0; lane < lanes; lane += lane_count<V>) {
            float* value = from + channel * lanes + lane;
            store_run(load_run<V>(value) * load_run<V>(factors + lane) * V(weights[channel]), value);
          }
        }
      }
    }
  });
}

}  // namespace nibble::network
