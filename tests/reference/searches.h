#pragma once
#include <cmath>
#include <vector>

#include "reference/numeric.h"

/// llama.cpp's scale searches, step by step. All sums are f32 and run from index 0 upward.
namespace nibble::reference {

/// Levels -N..N-1, stored as level + N. `q` may be null: then the weights are x^2. Returns the scale.
inline float search_symmetric(int n, int N, const float* x, const float* q, int* L) {
  float amax = 0, max = 0;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > amax) {
      amax = std::fabs(x[i]);
      max = x[i];
    }
  }
  for (int i = 0; i < n; ++i) L[i] = 0;
  if (amax < 1e-15f) return 0;
  float scale = 0, best = 0;
  for (int k = -9; k <= 9; ++k) {
    const int candidate = k == -9 ? 0 : k <= 0 ? k - 1 : k;  // the undisplaced scale first, then -9..-1, 1..9
    const float s = candidate == 0 ? -static_cast<float>(N) / max : -(N + 0.1f * candidate) / max;
    float sumlx = 0, suml2 = 0;
    for (int i = 0; i < n; ++i) {
      const float l = static_cast<float>(clamp(nearest(s * x[i]), -N, N - 1));
      const float w = q ? q[i] : x[i] * x[i];
      sumlx += w * x[i] * l;
      suml2 += w * l * l;
    }
    const bool first = candidate == 0;
    if (!first && !(suml2 > 0 && sumlx * sumlx > best * suml2)) continue;
    scale = suml2 != 0 ? sumlx / suml2 : 0.0f;
    best = scale * sumlx;
    for (int i = 0; i < n; ++i) L[i] = clamp(nearest(s * x[i]), -N, N - 1) + N;
  }
  return scale;
}

struct AffineFit {
  float scale, minimum;  ///< value = scale * level - minimum
};

/// Levels 0..N. An accepted candidate replaces the offset that later candidates start from.
/// `absolute`: the error of a candidate is sum w|d| instead of sum w d^2.
inline AffineFit search_affine(int n, int N, const float* x, const float* w, float rmin, float rdelta, int steps,
                               bool absolute, int* L) {
  float min = x[0], max = x[0], sw = w[0], sx = w[0] * x[0];
  for (int i = 1; i < n; ++i) {
    if (x[i] < min) min = x[i];
    if (x[i] > max) max = x[i];
    sw += w[i];
    sx += w[i] * x[i];
  }
  if (min > 0) min = 0;
  for (int i = 0; i < n; ++i) L[i] = 0;
  if (max <= min) return {0.0f, -min};
  const auto error = [&](float scale, float offset, const std::vector<int>& levels) {
    float sum = 0;
    for (int i = 0; i < n; ++i) {
      float d = scale * levels[i] + offset - x[i];
      d = absolute ? std::fabs(d) : d * d;
      sum += w[i] * d;
    }
    return sum;
  };
  std::vector<int> trial(n);
  const float first = N / (max - min);
  float scale = 1 / first;
  for (int i = 0; i < n; ++i) L[i] = trial[i] = clamp(nearest(first * (x[i] - min)), 0, N);
  float best = error(scale, min, trial);
  for (int k = 0; k <= steps; ++k) {
    const float s = (rmin + rdelta * k + N) / (max - min);
    float sl = 0, sl2 = 0, sxl = 0;
    for (int i = 0; i < n; ++i) {
      trial[i] = clamp(nearest(s * (x[i] - min)), 0, N);
      sl += w[i] * trial[i];
      sl2 += w[i] * trial[i] * trial[i];
      sxl += w[i] * trial[i] * x[i];
    }
    const float determinant = sw * sl2 - sl * sl;
    if (!(determinant > 0)) continue;
    float ts = (sw * sxl - sx * sl) / determinant;
    float tm = (sl2 * sx - sl * sxl) / determinant;
    if (tm > 0) {
      tm = 0;
      ts = sxl / sl2;
    }
    const float e = error(ts, tm, trial);
    if (e < best) {
      for (int i = 0; i < n; ++i) L[i] = trial[i];
      best = e;
      scale = ts;
      min = tm;
    }
  }
  return {scale, -min};
}

/// q * sqrt(sigma2 + x^2) for each of n weights.
inline std::vector<float> importance_weights(int n, const float* x, const float* q, float sigma2) {
  std::vector<float> w(n);
  for (int i = 0; i < n; ++i) w[i] = q[i] * std::sqrt(sigma2 + x[i] * x[i]);
  return w;
}

inline float sum_of_squares(const float* x, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

}  // namespace nibble::reference
