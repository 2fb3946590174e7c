#include <algorithm>

#include "network/forward.h"

/// What a layer does without weights between its projections: attention, or the delta net in place of it.
namespace nibble::network {

void Forward::attend() {
  const HeadSizes heads = sizes();
  const PanelView queries = work(0);
  PanelView keys = work(heads.queries()), values = work(heads.queries() + heads.keys());
  add_bias(queries, panels_, vector(Vector::joined_bias));  // keys and values lie behind the queries
  add_bias(queries, panels_, vector(Vector::query_bias));
  add_bias(keys, panels_, vector(Vector::key_bias));
  add_bias(values, panels_, vector(Vector::value_bias));
  const bool rotated_first = network_.architecture->rotated_first;
  if (!rotated_first) normalise_heads();
  rotate_heads();
  if (rotated_first) normalise_heads();
  const std::span<const float> sinks = vector(Vector::sinks);
  const bool slides = network_.sliding[step_.layer] != 0;
  std::vector<float>& shared = shared_keys_[slides];
  if (network_.shares(step_.layer)) {
    shared.resize(panels_ * 2 * heads.keys() * lanes);
    for (size_t panel = 0; panel < panels_; ++panel)
      std::copy_n(keys.at(panel), 2 * heads.keys() * lanes, panels_of(shared, 2 * heads.keys()).at(panel));
  }
  if (step_.layer >= network_.first_sharing) {
    keys = panels_of(shared, 2 * heads.keys());
    values = panels_of(shared, 2 * heads.keys(), heads.keys());
  }
  const uint64_t window = slides ? network_.window : 0;
  for (const SequencePanels& place : places_)
    attention_.run(queries, keys, values, place, heads, window, sinks.empty() ? nullptr : sinks.data());
  if (network_.architecture->gated_attention) gate_heads();
}

/// The gates lie behind the values.
void Forward::gate_heads() {
  const PanelMath& math = panel_math(kernel_);
  for (size_t panel = 0; panel < panels_; ++panel) {
    float* gates = work(sizes().queries() + 2 * sizes().keys()).at(panel);
    math.activate(gates, sizes().queries(), Activation::logistic);
    math.multiply_into(work(0).at(panel), gates, nullptr, sizes().queries(), Activation::logistic);
  }
}

/// The gates lie behind the values, and behind those the strengths and the steps.
void Forward::recur() {
  const uint64_t gates = network_.convolved(), channels = network_.delta_values(), strengths = gates + channels;
  const DeltaPanels panels{work(0), work(strengths), work(strengths + network_.delta_heads)};
  const DeltaWeights weights{vector(Vector::convolution), vector(Vector::decay), vector(Vector::step_bias)};
  for (const SequencePanels& place : places_) delta_net_.run(panels, weights, place);
  normalise_runs(attended(), panels_, network_.delta_heads, network_.delta_value, network_.epsilon,
                 vector(Vector::delta_norm), kernel_);
  const PanelMath& math = panel_math(kernel_);
  for (size_t panel = 0; panel < panels_; ++panel) {
    math.activate(work(gates).at(panel), channels, Activation::silu);
    math.multiply_into(attended().at(panel), work(gates).at(panel), nullptr, channels, Activation::silu);
  }
}

/// Of a layer that has the keys and values of another only the queries: what lies in the others' place is not read.
void Forward::normalise_heads() {
  const HeadSizes heads = sizes();
  const bool wide = network_.architecture->wide_norms;
  const auto normalise = [&](uint64_t first, uint64_t count, std::span<const float> weights) {
    if (weights.empty()) return;
    const uint64_t length = wide ? count * heads.size : heads.size;
    normalise_runs(work(first), panels_, wide ? 1 : count, length, network_.epsilon, weights, kernel_);
  };
  normalise(0, heads.heads, vector(Vector::query_norm));
  if (step_.layer >= network_.first_sharing) return;
  normalise(heads.queries(), heads.key_heads, vector(Vector::key_norm));
  if (network_.architecture->value_norm)
    normalise(heads.queries() + heads.keys(), heads.key_heads, std::vector<float>(heads.size, 1.0f));
}

/// The rotary embedding of queries and keys.
void Forward::rotate_heads() {
  const std::vector<uint8_t>& sliding_layers = network_.sliding;
  const bool windows = std::find(sliding_layers.begin(), sliding_layers.end(), 1) != sliding_layers.end();
  if (network_.architecture->rotated_windows && windows && !sliding_layers[step_.layer]) return;
  const uint64_t period = network_.architecture->unrotated_period;
  if (period > 0 && step_.layer % period == period - 1) return;
  const bool sliding = network_.sliding[step_.layer] != 0;
  std::optional<Rotation>& rotation = sliding ? sliding_rotation_ : rotation_;
  if (!rotation) {
    size_t longest = 0;
    for (const SequencePanels& place : places_) longest = std::max(longest, place.tokens);
    const bool own = sliding && network_.architecture->sliding_base > 0;
    rotation.emplace(network_.rotary_of(step_.layer), own ? std::span<const float>() : vector(Vector::rotary_factors),
                     longest);
  }
  for (const SequencePanels& place : places_) {
    for (size_t panel = 0; panel < place.panels(); ++panel) {
      const Pairs pairs = network_.architecture->pairs;
      const HeadSizes heads = sizes();
      rotation->turn(work(0).at(place.first_panel + panel), heads.heads, heads.size, pairs, panel);
      if (step_.layer < network_.first_sharing)
        rotation->turn(work(heads.queries()).at(place.first_panel + panel), heads.key_heads, heads.size, pairs, panel);
    }
  }
}

}  // namespace nibble::network
