#include "reference/scale_sweep_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nibble::reference {
namespace {

double nearest_level(const std::vector<float>& levels, double y) {
  double best = levels[0];
  for (double level : levels) {
    if (std::fabs(y - level) < std::fabs(y - best)) best = level;
  }
  return best;
}

// The multiple of the half-float step nearest to v; the step follows from v's exponent.
double nearest_half(double v) {
  if (v == 0) return 0;
  int exponent;
  std::frexp(v, &exponent);
  const double step = std::ldexp(1.0, std::max(exponent - 11, -24));
  const double rounded = std::nearbyint(v / step) * step;
  return std::fabs(rounded) > 65504 ? std::copysign(65504.0, v) : rounded;
}

}  // namespace

double error_at_scale(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& levels,
                      double scale) {
  double error = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double decoded = scale == 0 ? 0 : scale * nearest_level(levels, x[i] / scale);
    error += (w.empty() ? 1.0 : w[i]) * (x[i] - decoded) * (x[i] - decoded);
  }
  return error;
}

BestScale best_scale(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& levels,
                     bool half_float) {
  std::vector<double> breaks;
  for (float value : x) {
    for (size_t k = 0; k + 1 < levels.size(); ++k) {
      const double middle = (static_cast<double>(levels[k]) + levels[k + 1]) / 2;
      if (value != 0 && middle != 0) breaks.push_back(value / middle);
    }
  }
  std::sort(breaks.begin(), breaks.end());
  // One scale inside every stretch, and one beyond either end.
  std::vector<double> inside;
  for (size_t i = 0; i + 1 < breaks.size(); ++i) {
    if (breaks[i] != breaks[i + 1]) inside.push_back((breaks[i] + breaks[i + 1]) / 2);
  }
  if (!breaks.empty()) {
    inside.push_back(breaks.front() * 2);
    inside.push_back(breaks.back() * 2);
  }
  BestScale best{0, error_at_scale(x, w, levels, 0)};
  for (double s : inside) {
    if (s == 0) continue;
    double A = 0, B = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double level = nearest_level(levels, x[i] / s), weight = w.empty() ? 1.0 : w[i];
      A += weight * x[i] * level;
      B += weight * level * level;
    }
    if (B == 0) continue;
    double scale = A / B;
    if (half_float) scale = nearest_half(scale);
    const double error = error_at_scale(x, w, levels, scale);
    if (error < best.error) best = {scale, error};
  }
  return best;
}

}  // namespace nibble::reference
