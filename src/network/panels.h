#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How activations lie in memory: eight tokens side by side.
///
///   panel 0: channel 0 of tokens 0..7 | channel 1 of tokens 0..7 | ...
///   panel 1: channel 0 of tokens 8..15 | ...
///
/// A sequence begins a panel of its own; the last panel of a sequence may have lanes without a token, which hold finite
/// numbers that nobody reads. Whatever is done to a token happens in its lane, in the order of its channels: so every
/// kernel, and any number of workers, computes the same bits.
namespace nibble::network {

/// Tokens of a panel.
inline constexpr size_t lanes = 8;

/// A matrix of activations that somebody else owns: `channels` of them are at `data` + panel * `stride`.
struct PanelView {
  float* data = nullptr;
  size_t stride = 0;  ///< floats from one panel to the next

  float* at(size_t panel, size_t channel = 0) const { return data + panel * stride + channel * lanes; }
};

/// Panels of `channels` channels, from channel `first` on.
inline PanelView panels_of(std::vector<float>& values, uint64_t channels, uint64_t first = 0) {
  return {values.data() + first * lanes, static_cast<size_t>(channels * lanes)};
}

/// One sequence of tokens.
struct SequencePanels {
  size_t first_panel;
  size_t tokens;

  size_t panels() const { return (tokens + lanes - 1) / lanes; }
  /// How many lanes of a panel of the sequence, counted from its first, hold tokens.
  size_t tokens_in(size_t panel) const { return panel + 1 < panels() ? lanes : tokens - panel * lanes; }
};

/// Where sequences of these lengths lie, one after the other.
inline std::vector<SequencePanels> place_sequences(std::span<const size_t> lengths) {
  std::vector<SequencePanels> places;
  size_t panel = 0;
  for (const size_t tokens : lengths) {
    places.push_back({panel, tokens});
    panel += places.back().panels();
  }
  return places;
}

}  // namespace nibble::network
