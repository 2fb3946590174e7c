#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "network/network.h"
#include "network/panels.h"

namespace nibble::network {

/// Which experts each token goes to, and with what weight.
class Routing {
 public:
  /// `scores` has a channel per expert: each token takes the experts_used with the highest shares (of equal ones those
  /// with the lower number), to which `bias` is added for the choice alone; empty: none. A share is the softmax over
  /// all experts, or the logistic function of the score; it is the weight, over the sum of those chosen where the
  /// network normalises them, and times its scale.
  void choose(const Network& network, PanelView scores, std::span<const float> bias,
              const std::vector<SequencePanels>& sequences);

  /// A token of this worker's: its panel and lane, and what its expert's answer is multiplied by.
  struct Place {
    size_t panel, lane;
    float weight;
  };
  /// The tokens of an expert, sequence by sequence, and how many each sequence has.
  struct Tokens {
    std::vector<Place> places;
    std::vector<size_t> counts;
  };
  Tokens tokens_of(uint32_t expert) const;

 private:
  struct Choice {
    Place place;
    uint32_t expert;
  };
  std::vector<std::vector<Choice>> choices_;  // per sequence, token by token
};

}  // namespace nibble::network
