#include "network/delta_net.h"

#include <algorithm>
#include <cmath>

#include "network/functions.h"

namespace nibble::network {
namespace {

/// Rows of values as kernels take them.
size_t padded(uint64_t values) { return (values + lanes - 1) / lanes * lanes; }

/// Channels of a panel as a row of `stride` floats for each of its tokens.
void take_rows(const float* channels, size_t count, size_t stride, std::vector<float>& rows) {
  rows.assign(lanes * stride, 0.0f);
  for (size_t i = 0; i < count; ++i) {
    for (size_t lane = 0; lane < lanes; ++lane) rows[lane * stride + i] = channels[i * lanes + lane];
  }
}

/// Divides a vector by its length, which counts as `least` at least, and multiplies it by `scale`.
void normalise(float* row, size_t count, float least, float scale) {
  float squares = 0;
  for (size_t i = 0; i < count; ++i) squares += row[i] * row[i];
  const float factor = 1.0f / std::max(std::sqrt(squares), least) * scale;
  for (size_t i = 0; i < count; ++i) row[i] *= factor;
}

}  // namespace

uint64_t DeltaNet::scratch_bytes(const Network& network) {
  const uint64_t keys = network.delta_key, values = padded(network.delta_value);
  return sizeof(float) * (keys * values + lanes * (2 * keys + values) + values + network.taps + lanes);
}

void DeltaNet::run(const DeltaPanels& panels, const DeltaWeights& weights, const SequencePanels& sequence) {
  convolve(panels.mixed, weights.convolution, sequence);
  for (size_t h = 0; h < network_.delta_heads; ++h) head(panels, weights, sequence, h);
}

void DeltaNet::convolve(PanelView mixed, std::span<const float> weights, const SequencePanels& sequence) {
  const size_t taps = network_.taps, before = taps - 1, channels = network_.convolved();
  for (size_t channel = 0; channel < channels; ++channel) {
    const float* weight = &weights[channel * taps];
    seen_.assign(before + lanes, 0.0f);
    for (size_t panel = 0; panel < sequence.panels(); ++panel) {
      float* values = mixed.at(sequence.first_panel + panel, channel);
      std::copy_n(values, lanes, seen_.begin() + static_cast<ptrdiff_t>(before));
      for (size_t lane = 0; lane < lanes; ++lane) {
        float sum = 0;
        for (size_t tap = 0; tap < taps; ++tap) sum += seen_[lane + tap] * weight[tap];
        values[lane] = sum;
      }
      std::copy(seen_.end() - static_cast<ptrdiff_t>(before), seen_.end(), seen_.begin());
    }
  }
  for (size_t panel = 0; panel < sequence.panels(); ++panel)
    panel_math(kernel_).activate(mixed.at(sequence.first_panel + panel), channels, Activation::silu);
}

void DeltaNet::head(const DeltaPanels& panels, const DeltaWeights& weights, const SequencePanels& sequence, size_t h) {
  const size_t key = network_.delta_key, value = network_.delta_value, stride = padded(value);
  const size_t key_heads = network_.delta_key_heads, group = network_.delta_heads / key_heads;
  const size_t key_head = network_.architecture->delta_heads == DeltaHeads::grouped ? h / group : h % key_heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(key));
  state_.assign(key * stride, 0.0f);
  out_.resize(stride);
  for (size_t panel = 0; panel < sequence.panels(); ++panel) {
    const size_t at = sequence.first_panel + panel;
    take_rows(panels.mixed.at(at, key_head * key), key, key, queries_);
    take_rows(panels.mixed.at(at, network_.delta_keys() + key_head * key), key, key, keys_);
    float* values = panels.mixed.at(at, 2 * network_.delta_keys() + h * value);
    take_rows(values, value, stride, values_);
    for (size_t lane = 0; lane < sequence.tokens_in(panel); ++lane) {
      float* query_row = &queries_[lane * key];
      float* key_row = &keys_[lane * key];
      normalise(query_row, key, network_.epsilon, scale);
      normalise(key_row, key, network_.epsilon, 1);
      const float step = softplus(panels.steps.at(at, h)[lane] + weights.step_bias[h]);
      panel_math(kernel_).recur(state_.data(), key, stride, query_row, key_row, &values_[lane * stride],
                                exponential(weights.decay[h] * step), logistic(panels.strengths.at(at, h)[lane]),
                                out_.data());
      for (size_t i = 0; i < value; ++i) values[i * lanes + lane] = out_[i];
    }
  }
}

}  // namespace nibble::network
