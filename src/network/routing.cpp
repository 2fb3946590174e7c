#include "network/routing.h"

#include <algorithm>
#include <numeric>

#include "network/functions.h"

namespace nibble::network {
namespace {

/// What llama.cpp divides by at least when it normalises the weights of the chosen experts: the smallest normal half.
constexpr float least_sum = 6.103515625e-5f;

}  // namespace

void Routing::choose(const Network& network, PanelView scores, std::span<const float> bias,
                     const std::vector<SequencePanels>& sequences) {
  choices_.assign(sequences.size(), {});
  std::vector<float> shares(network.experts), preferences(network.experts);
  std::vector<uint32_t> order(network.experts);
  for (size_t s = 0; s < sequences.size(); ++s) {
    for (size_t token = 0; token < sequences[s].tokens; ++token) {
      const size_t panel = sequences[s].first_panel + token / lanes, lane = token % lanes;
      float largest = scores.at(panel)[lane];
      for (size_t e = 0; e < network.experts; ++e) {
        shares[e] = scores.at(panel, e)[lane];
        largest = higher_of(largest, shares[e]);
      }
      float sum = 0;
      for (float& share : shares)
        sum += share = network.logistic_experts ? logistic(share) : exponential(share - largest);
      if (!network.logistic_experts) {
        for (float& share : shares) share /= sum;
      }
      for (size_t e = 0; e < network.experts; ++e) preferences[e] = shares[e] + (bias.empty() ? 0.0f : bias[e]);
      std::iota(order.begin(), order.end(), 0u);
      std::stable_sort(order.begin(), order.end(),
                       [&](uint32_t a, uint32_t b) { return preferences[a] > preferences[b]; });
      float chosen = 0;
      for (size_t i = 0; i < network.experts_used; ++i) chosen += shares[order[i]];
      const float divisor = network.normalised_experts ? std::max(chosen, least_sum) : 1.0f;
      for (size_t i = 0; i < network.experts_used; ++i)
        choices_[s].push_back({{panel, lane, shares[order[i]] / divisor * network.expert_scale}, order[i]});
    }
  }
}

Routing::Tokens Routing::tokens_of(uint32_t expert) const {
  Tokens tokens;
  for (const auto& sequence : choices_) {
    const size_t before = tokens.places.size();
    for (const Choice& choice : sequence) {
      if (choice.expert == expert) tokens.places.push_back(choice.place);
    }
    tokens.counts.push_back(tokens.places.size() - before);
  }
  return tokens;
}

}  // namespace nibble::network
