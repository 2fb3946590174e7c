#pragma once
#include <span>
#include <vector>

#include "network/network.h"
#include "network/panels.h"

namespace nibble::network {

/// Cosines and sines of a rotary embedding for every position of a sequence.
class Rotation {
 public:
  /// `factors` divides the angle of each pair; empty: all are 1. Memory: 2 * tokens * pairs floats.
  Rotation(const Rotary& rotary, std::span<const float> factors, size_t tokens);

  /// Turns `heads` heads of `head` channels each of the panel with number `panel` of its sequence.
  void turn(float* channels, size_t heads, size_t head, Pairs pairs, size_t panel) const;

 private:
  size_t pairs_;
  std::vector<float> cosines_, sines_;  // panel after panel, pair after pair, lanes
};

}  // namespace nibble::network
