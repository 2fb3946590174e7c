#include "network/rotation.h"

#include <algorithm>
#include <cmath>

namespace nibble::network {
namespace {

constexpr double two_pi = 6.283185307179586;

/// The pair that turns `turns` times within the original context. (Peng et al., YaRN, 2023, section 3.2)
double pair_with_turns(const Rotary& rotary, double turns) {
  return rotary.dimensions * std::log(rotary.original_context / (turns * two_pi)) / (2 * std::log(double{rotary.base}));
}

/// How much of a pair's angle is spared the stretching, 0 to 1.
double spared(const Rotary& rotary, size_t pair) {
  if (rotary.yarn == 0) return 0;
  const double low = std::max(0.0, std::floor(pair_with_turns(rotary, rotary.fast_turns)));
  const double high = std::min(rotary.dimensions - 1.0, std::ceil(pair_with_turns(rotary, rotary.slow_turns)));
  const double along = (static_cast<double>(pair) - low) / std::max(0.001, high - low);
  return (1 - std::clamp(along, 0.0, 1.0)) * double{rotary.yarn};
}

}  // namespace

Rotation::Rotation(const Rotary& rotary, std::span<const float> factors, size_t tokens)
    : pairs_(rotary.dimensions / 2) {
  const size_t panels = (tokens + lanes - 1) / lanes;
  cosines_.resize(panels * pairs_ * lanes);
  sines_.resize(cosines_.size());
  for (size_t pair = 0; pair < pairs_; ++pair) {
    // In double precision, rounded once, so that every machine gets the same.
    double step = std::pow(double{rotary.base}, -2.0 * static_cast<double>(pair) / rotary.dimensions);
    if (!factors.empty()) step /= double{factors[pair]};
    const double kept = spared(rotary, pair);
    step *= double{rotary.scale} * (1 - kept) + kept;
    for (size_t token = 0; token < panels * lanes; ++token) {
      const double angle = static_cast<double>(token) * step;
      const size_t at = (token / lanes * pairs_ + pair) * lanes + token % lanes;
      cosines_[at] = static_cast<float>(std::cos(angle) * double{rotary.magnitude});
      sines_[at] = static_cast<float>(std::sin(angle) * double{rotary.magnitude});
    }
  }
}

void Rotation::turn(float* channels, size_t heads, size_t head, Pairs pairs, size_t panel) const {
  const float* cosines = cosines_.data() + panel * pairs_ * lanes;
  const float* sines = sines_.data() + panel * pairs_ * lanes;
  for (size_t h = 0; h < heads; ++h) {
    for (size_t pair = 0; pair < pairs_; ++pair) {
      const size_t one = pairs == Pairs::adjacent ? 2 * pair : pair;
      const size_t other = pairs == Pairs::adjacent ? one + 1 : pair + pairs_;
      float* a = channels + (h * head + one) * lanes;
      float* b = channels + (h * head + other) * lanes;
      for (size_t lane = 0; lane < lanes; ++lane) {
        const float cosine = cosines[pair * lanes + lane], sine = sines[pair * lanes + lane];
        const float first = a[lane], second = b[lane];
        a[lane] = first * cosine - second * sine;
        b[lane] = first * sine + second * cosine;
      }
    }
  }
}

}  // namespace nibble::network
