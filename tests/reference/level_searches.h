#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "reference/numeric.h"

/// The llama.cpp searches that only super-block formats use, step by step. All sums are f32, from index 0 upward.
namespace nibble::reference {

/// Levels -N..N-1 with weights x^2: one starting scale, then up to five passes in which single weights move to another
/// level when that raises the fit. Stored as level + N. Returns the scale.
inline float search_symmetric_moving(int n, int N, const float* x, int* L) {
  float amax = 0, max = 0;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > amax) {
      amax = std::fabs(x[i]);
      max = x[i];
    }
  }
  if (amax < 1e-15f) {
    std::fill(L, L + n, 0);
    return 0;
  }
  const float s = -static_cast<float>(N) / max;
  float sumlx = 0, suml2 = 0;
  for (int i = 0; i < n; ++i) {
    const int l = clamp(nearest(s * x[i]), -N, N - 1);
    const float w = x[i] * x[i];
    L[i] = l;
    sumlx += w * x[i] * l;
    suml2 += w * l * l;
  }
  for (int pass = 0; pass < 5; ++pass) {
    int changed = 0;
    for (int i = 0; i < n; ++i) {
      const float w = x[i] * x[i];
      float slx = sumlx - w * x[i] * L[i];
      if (!(slx > 0)) continue;
      float sl2 = suml2 - w * L[i] * L[i];
      const int l = clamp(nearest(x[i] * sl2 / slx), -N, N - 1);
      if (l == L[i]) continue;
      slx += w * x[i] * l;
      sl2 += w * l * l;
      if (sl2 > 0 && slx * slx * suml2 > sumlx * sumlx * sl2) {
        L[i] = l;
        sumlx = slx;
        suml2 = sl2;
        ++changed;
      }
    }
    if (changed == 0) break;
  }
  for (int i = 0; i < n; ++i) L[i] += N;
  return suml2 > 0 ? sumlx / suml2 : 0.0f;
}

/// Levels 0..N kept in bytes, with no lower bound: a negative level wraps where it is stored, not where it is summed.
inline float search_nonnegative(int n, int N, const float* x, const float* q, uint8_t* L) {
  float max = 0;
  for (int i = 0; i < n; ++i) max = max > x[i] ? max : x[i];
  if (max < 1e-15f) {
    std::fill(L, L + n, uint8_t{0});
    return 0;
  }
  float s = N / max;
  for (int i = 0; i < n; ++i) L[i] = static_cast<uint8_t>(nearest(s * x[i]));
  const float scale = 1 / s;
  float best = 0;
  for (int i = 0; i < n; ++i) {
    const float d = x[i] - scale * L[i];
    best += q[i] * d * d;
  }
  for (int k = -4; k <= 4; ++k) {
    if (k == 0) continue;
    const float sk = (0.1f * k + N) / max;
    const float ck = 1 / sk;
    float e = 0;
    for (int i = 0; i < n; ++i) {
      const int l = std::min(N, nearest(sk * x[i]));
      const float d = x[i] - ck * l;
      e += q[i] * d * d;
    }
    if (e < best) {
      best = e;
      s = sk;
    }
  }
  float sumlx = 0, suml2 = 0;
  for (int i = 0; i < n; ++i) {
    const int l = std::min(N, nearest(s * x[i]));
    L[i] = static_cast<uint8_t>(l);
    sumlx += q[i] * x[i] * l;
    suml2 += q[i] * l * l;
  }
  for (int pass = 0; pass < 5; ++pass) {
    int changed = 0;
    for (int i = 0; i < n; ++i) {
      float slx = sumlx - q[i] * x[i] * L[i];
      float sl2 = suml2 - q[i] * L[i] * L[i];
      if (!(slx > 0 && sl2 > 0)) continue;
      const int l = std::min(N, nearest(x[i] * sl2 / slx));
      if (l == L[i]) continue;
      slx += q[i] * x[i] * l;
      sl2 += q[i] * l * l;
      if (slx * slx * suml2 > sumlx * sumlx * sl2) {
        L[i] = static_cast<uint8_t>(l);
        sumlx = slx;
        suml2 = sl2;
        ++changed;
      }
    }
    if (changed == 0) break;
  }
  return suml2 > 0 ? sumlx / suml2 : 0.0f;
}

/// The sixteen uneven values of the IQ4 types.
constexpr int uneven[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/// The index of the value next to x by bisection and one comparison of distances.
inline int nearest_uneven(float x) {
  if (x <= uneven[0]) return 0;
  if (x >= uneven[15]) return 15;
  int low = 0, high = 15;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (x < uneven[middle] ? high : low) = middle;
  }
  return x - uneven[high - 1] < uneven[high] - x ? high - 1 : high;
}

/// The scale of 32 weights on the uneven values.
inline float search_uneven(const float* x, const float* w) {
  float amax = 0, max = 0;
  for (int j = 0; j < 32; ++j) {
    if (std::fabs(x[j]) > amax) {
      amax = std::fabs(x[j]);
      max = x[j];
    }
  }
  if (amax < 1e-15f) return 0;
  float sumqx = 0, sumq2 = 0;
  const auto sums = [&](float inverse) {
    sumqx = sumq2 = 0;
    for (int j = 0; j < 32; ++j) {
      const float v = static_cast<float>(uneven[nearest_uneven(inverse * x[j])]);
      sumqx += w[j] * v * x[j];
      sumq2 += w[j] * v * v;
    }
  };
  sums(1 / (-max / -127));
  float d = sumq2 > 0 ? sumqx / sumq2 : 0.0f;
  float best = d * sumqx;
  for (int t = -7; t <= 7; ++t) {
    sums((t - 127) / max);
    if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
      d = sumqx / sumq2;
      best = d * sumqx;
    }
  }
  return d;
}

}  // namespace nibble::reference
