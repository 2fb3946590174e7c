#include "network/streams.h"

#include <cmath>

#include "error.h"

namespace nibble::network {

std::vector<double> stream_errors(const Forward& first, const Forward& second) {
  const uint64_t channels = first.network().embedding;
  if (second.network().embedding != channels) {
    throw Error("The two models' embeddings have " + std::to_string(channels) + " and " +
                std::to_string(second.network().embedding) + " channels, so their layers cannot be compared.");
  }
  std::vector<double> errors;
  for (const SequencePanels& place : first.places()) {
    double sum = 0;
    for (size_t token = 0; token < place.tokens; ++token) {
      const size_t panel = place.first_panel + token / lanes, lane = token % lanes;
      const float* one = first.residual_at(panel) + lane;
      const float* other = second.residual_at(panel) + lane;
      double apart = 0, length = 0;
      for (uint64_t channel = 0; channel < channels; ++channel) {
        const double x = one[channel * lanes], difference = double{other[channel * lanes]} - x;
        apart += difference * difference;
        length += x * x;
      }
      sum += length > 0 ? std::sqrt(apart / length) : apart > 0 ? 1 : 0;
    }
    errors.push_back(sum);
    errors.push_back(static_cast<double>(place.tokens));
  }
  return errors;
}

}  // namespace nibble::network
