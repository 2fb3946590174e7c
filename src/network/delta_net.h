#pragma once
#include <span>
#include <vector>

#include "network/network.h"
#include "network/panel_math.h"

namespace nibble::network {

/// What a delta net has of its own weights.
struct DeltaWeights {
  std::span<const float> convolution;  ///< of each channel: network.taps, that of the newest token last
  std::span<const float> decay;        ///< per head, below 0
  std::span<const float> step_bias;    ///< per head
};

/// Where a delta net's values lie.
struct DeltaPanels {
  PanelView mixed;      ///< queries, keys and values before the convolution: network.convolved() channels
  PanelView strengths;  ///< a channel per head
  PanelView steps;      ///< a channel per head
};

/// Gated delta nets (Yang, Kautz and Hatamizadeh, Gated Delta Networks, 2024) of sequences that know nothing of one
/// another. Each channel of queries, keys and values becomes the silu of a causal convolution; queries and keys of each
/// head are divided by their length, queries also by the root of it. Then each head goes through its tokens with a
/// state S, a matrix from keys to values that begins as 0: with a = exp(decay softplus(step + step bias)) and b =
/// logistic(strength),
///
///   S = a S + b k (v - k a S)    and    o = q S.
///
/// The scratch, one head's state and the rows of a panel's tokens, is kept.
class DeltaNet {
 public:
  DeltaNet(const Network& network, Kernel kernel) : network_(network), kernel_(kernel) {}

  /// Replaces the values of a sequence by what the heads give, and its queries and keys by something of no use.
  void run(const DeltaPanels& panels, const DeltaWeights& weights, const SequencePanels& sequence);

  static uint64_t scratch_bytes(const Network& network);

 private:
  void convolve(PanelView mixed, std::span<const float> weights, const SequencePanels& sequence);
  void head(const DeltaPanels& panels, const DeltaWeights& weights, const SequencePanels& sequence, size_t h);

  const Network& network_;
  Kernel kernel_;
  std::vector<float> seen_;                     // of one channel: the tokens before a panel, and it
  std::vector<float> queries_, keys_, values_;  // of a panel's tokens, a row each
  std::vector<float> state_, out_;
};

}  // namespace nibble::network
