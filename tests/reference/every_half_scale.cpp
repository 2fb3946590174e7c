#include "reference/every_half_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reference/numeric.h"

namespace nibble::reference {
namespace {

constexpr int n = 32, together = 16;

/// Every positive finite half float, ascending.
const std::vector<float>& positive_halves() {
  static const std::vector<float> values = [] {
    std::vector<float> list;
    for (uint16_t half = 1; half < 0x7C00; ++half) list.push_back(float_from_half(half));
    return list;
  }();
  return values;
}

/// Nearest integer of |v| < 2^22; what is far beyond every code stays there.
inline float round_small(float v) { return (v + 12582912.0f) - 12582912.0f; }

double precise_error(const float* x, const float* w, int reach, double scale) {
  double error = 0;
  for (int i = 0; i < n; ++i) {
    const double q = std::clamp<double>(std::nearbyint(x[i] / scale), -reach, reach - 1);
    error += (w ? w[i] : 1.0) * (x[i] - scale * q) * (x[i] - scale * q);
  }
  return error;
}

}  // namespace

double lowest_error_of_half_scales(const float* x, const float* w, int reach, double known) {
  struct Weight {
    float x, w;
  };
  Weight weights[n];
  float largest = 0;
  double all_zero = 0;
  for (int i = 0; i < n; ++i) {
    weights[i] = {x[i], w ? w[i] : 1.0f};
    largest = std::max(largest, std::fabs(x[i]));
    all_zero += weights[i].w * static_cast<double>(x[i]) * x[i];
  }
  double best = std::min(known, all_zero);  // above twice the largest weight, all codes are zero
  // The largest first: they tell soonest that a scale is no good.
  std::sort(weights, weights + n,
            [](const Weight& a, const Weight& b) { return a.w * std::fabs(a.x) > b.w * std::fabs(b.x); });

  const std::vector<float>& halves = positive_halves();
  const auto clipping = [&](float scale) {
    double error = 0;
    for (const Weight& one : weights) {
      const double beyond = std::max(0.0, std::fabs(static_cast<double>(one.x)) - static_cast<double>(reach) * scale);
      error += one.w * beyond * beyond;
    }
    return error;
  };
  const auto first = std::partition_point(halves.begin(), halves.end(), [&](float s) { return clipping(s) > best; });
  const auto last = std::upper_bound(first, halves.end(), 2.0f * largest);
  for (size_t at = static_cast<size_t>(first - halves.begin()), end = static_cast<size_t>(last - halves.begin());
       at < end; at += together) {
    float scale[together], inverse[together], error[2][together] = {};
    for (size_t k = 0; k < together; ++k) {
      scale[k] = halves[std::min(at + k, end - 1)];
      inverse[k] = 1.0f / scale[k];
    }
    // In units of the scale's square, so that nothing leaves the range of a float.
    float limit[together];
    for (size_t k = 0; k < together; ++k) {
      limit[k] = static_cast<float>(std::min(1e30, best * 1.00001 * inverse[k] * inverse[k]));
    }
    bool promising = true;
    const float low = static_cast<float>(-reach), high = static_cast<float>(reach - 1);
    for (int i = 0; i < n && promising; i += 4) {
      for (int j = i; j < i + 4; ++j) {
        const float value = weights[j].x, weight = weights[j].w;
        for (size_t k = 0; k < together; ++k) {
          const float y = value * inverse[k], nearest_code = round_small(y);
          const float plus = y - std::min(std::max(nearest_code, low), high);
          const float minus = y - std::min(std::max(nearest_code, -high), -low);
          error[0][k] += weight * (plus * plus);
          error[1][k] += weight * (minus * minus);
        }
      }
      promising = false;
      for (size_t k = 0; k < together; ++k) promising |= std::min(error[0][k], error[1][k]) <= limit[k];
    }
    if (!promising) continue;
    for (size_t k = 0; k < together; ++k) {
      for (const int sign : {0, 1}) {
        if (!(error[sign][k] <= limit[k])) continue;
        const double precise = precise_error(x, w, reach, sign ? -scale[k] : scale[k]);
        if (precise < best * (1 - 1e-6)) best = precise;
      }
    }
  }
  return best;
}

}  // namespace nibble::reference
