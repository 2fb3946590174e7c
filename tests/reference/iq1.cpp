// IQ1_S and IQ1_M: codebook points of three levels, shifted up or down by an eighth.
#include <cfloat>
#include <numeric>

#include "reference/codebooks.h"
#include "reference/reference.h"
#include "reference/searches.h"

namespace nibble::reference {
namespace {

constexpr float up[3] = {-0.875f, 0.125f, 1.125f}, down[3] = {-1.125f, -0.125f, 0.875f};

const Codebook& codebook() {
  static const Codebook book("iq1", 3);
  return book;
}

/// A sub-block: n weights, sorted; and its coding.
struct SubBlock {
  int n;
  const float* x;
  std::vector<float> w;
  std::vector<int> order;  // indices by value

  float scale = 0;
  std::vector<int> index;            // per group
  std::vector<const float*> values;  // per group: up or down

  SubBlock(int length, const float* weights, const float* importance, float sigma2) : n(length), x(weights) {
    for (int i = 0; i < n; ++i) {
      w.push_back(importance ? importance[i] * std::sqrt(sigma2 + x[i] * x[i]) : x[i] * x[i]);
    }
    order.resize(static_cast<size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return x[a] < x[b]; });
    index.assign(static_cast<size_t>(n / 8), 0);
    values.assign(static_cast<size_t>(n / 8), up);
  }
  size_t at(int rank) const { return static_cast<size_t>(order[static_cast<size_t>(rank)]); }

  /// Given where the sorted weights are cut, the shifts and the scale: levels, codebook points, refitted scale.
  void finish(int i1, int i2, float fitted) {
    std::vector<Levels> levels(static_cast<size_t>(n / 8), Levels(8));
    for (int r = 0; r < n; ++r) levels[at(r) / 8][at(r) % 8] = r < i1 ? 0 : r < i2 ? 1 : 2;
    scale = fitted;
    if (scale < 0) {
      scale = -scale;
      for (Levels& group : levels) {
        for (int& l : group) l = 2 - l;
      }
      for (const float*& v : values) v = v == up ? down : up;
    }
    bool all_on_grid = true;
    for (size_t g = 0; g < levels.size(); ++g) {
      index[g] = codebook().find(levels[g]);
      if (index[g] >= 0) continue;
      all_on_grid = false;
      const std::vector<int>& near = codebook().neighbours(levels[g]);
      index[g] = near[0];
      float best = FLT_MAX;
      for (const int k : near) {
        float d2 = 0;
        for (size_t i = 0; i < 8; ++i) {
          const float diff = scale * values[g][codebook().points[static_cast<size_t>(k)][i]] - x[8 * g + i];
          d2 += w[8 * g + i] * diff * diff;
        }
        if (d2 < best) {
          best = d2;
          index[g] = k;
        }
      }
    }
    if (all_on_grid) return;
    float sq = 0, s2 = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      const float q = values[i / 8][codebook().points[static_cast<size_t>(index[i / 8])][i % 8]];
      sq += w[i] * q * x[i];
      s2 += w[i] * q * q;
    }
    if (sq > 0 && s2 > 0) scale = sq / s2;
  }

  float largest() const {
    float max = 0;
    for (int i = 0; i < n; ++i) max = std::fabs(x[i]) > max ? std::fabs(x[i]) : max;
    return max;
  }
};

void search_one_shift(SubBlock& block) {
  if (block.largest() < 1e-12f) return;
  float SX[33] = {}, SW[33] = {};
  for (int r = 0; r < 32; ++r) {
    SX[r + 1] = SX[r] + block.w[block.at(r)] * block.x[block.at(r)];
    SW[r + 1] = SW[r] + block.w[block.at(r)];
  }
  float best = -FLT_MAX, scale = 0;
  int best1 = -1, best2 = -1;
  const float* best_values = nullptr;
  for (int i1 = 0; i1 <= 32; ++i1) {
    for (int i2 = i1; i2 <= 32; ++i2) {
      for (const float* X : {up, down}) {
        const float sq = (SX[i1] - SX[0]) * X[0] + (SX[i2] - SX[i1]) * X[1] + (SX[32] - SX[i2]) * X[2];
        const float s2 =
            (SW[i1] - SW[0]) * X[0] * X[0] + (SW[i2] - SW[i1]) * X[1] * X[1] + (SW[32] - SW[i2]) * X[2] * X[2];
        if (!(s2 > 0 && sq * sq > best * s2)) continue;
        scale = sq / s2;
        best = scale * sq;
        best1 = i1;
        best2 = i2;
        best_values = X;
      }
    }
  }
  if (!best_values) return;
  for (const float*& v : block.values) v = best_values;
  block.finish(best1, best2, scale);
}

void search_two_shifts(SubBlock& block) {
  if (block.largest() < 1e-7f) return;
  float best = -FLT_MAX, scale = 0;
  int best1 = -1, best2 = -1, best_c = -1;
  for (int i1 = 0; i1 <= 16; ++i1) {
    for (int i2 = i1; i2 <= 16; ++i2) {
      for (int c = 0; c < 4; ++c) {
        float sq = 0, s2 = 0;
        for (int r = 0; r < 16; ++r) {
          const size_t i = block.at(r);
          const bool negative = i < 8 ? c >= 2 : c % 2 == 1;
          const float q = (negative ? down : up)[r < i1 ? 0 : r < i2 ? 1 : 2];
          sq += block.w[i] * q * block.x[i];
          s2 += block.w[i] * q * q;
        }
        if (!(s2 > 0 && sq * sq > best * s2)) continue;
        scale = sq / s2;
        best = scale * sq;
        best1 = i1;
        best2 = i2;
        best_c = c;
      }
    }
  }
  if (best_c < 0) return;
  block.values = {best_c >= 2 ? down : up, best_c % 2 == 1 ? down : up};
  block.finish(best1, best2, scale);
}

void quantize_iq1_s(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t begin = 0; begin < length; begin += 256) {
    const float* x = row + begin;
    uint8_t* out = blocks + begin / 256 * 50;
    std::memset(out, 0, 50);
    const float sigma2 = 2 * sum_of_squares(x, 256) / 256;
    std::vector<SubBlock> parts;
    float max = 0;
    for (size_t b = 0; b < 8; ++b) {
      parts.emplace_back(32, x + 32 * b, importance + begin + 32 * b, sigma2);
      search_one_shift(parts.back());
      max = parts.back().scale > max ? parts.back().scale : max;
    }
    if (max == 0) continue;
    const float d = max / 15, id = 1 / d;
    write16(out, half_from_float(d * 1.125f));
    for (size_t b = 0; b < 8; ++b) {
      int qh = clamp(nearest(0.5f * (id * parts[b].scale - 1)), 0, 7);
      if (parts[b].values[0] == down) qh |= 8;
      qh <<= 12;
      for (size_t k = 0; k < 4; ++k) {
        out[2 + 4 * b + k] = static_cast<uint8_t>(parts[b].index[k] & 255);
        qh |= parts[b].index[k] >> 8 << 3 * k;
      }
      write16(out + 34 + 2 * b, static_cast<uint16_t>(qh));
    }
  }
}

void quantize_iq1_m(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t begin = 0; begin < length; begin += 256) {
    const float* x = row + begin;
    uint8_t* out = blocks + begin / 256 * 56;
    std::memset(out, 0, 56);
    const float sigma2 = 2 * sum_of_squares(x, 256) / 256;
    std::vector<SubBlock> parts;
    float max = 0;
    for (size_t b = 0; b < 16; ++b) {
      parts.emplace_back(16, x + 16 * b, importance ? importance + begin + 16 * b : nullptr, sigma2);
      search_two_shifts(parts.back());
      max = parts.back().scale > max ? parts.back().scale : max;
    }
    if (max == 0) continue;
    float d = max / 15;
    const float id = 1 / d;
    float sq = 0, s2 = 0;
    int sc[4] = {};
    for (size_t b = 0; b < 16; ++b) {
      const SubBlock& part = parts[b];
      const int code = clamp(nearest(0.5f * (id * part.scale - 1)), 0, 7);
      sc[b / 4] |= code << 3 * (b % 4);
      for (size_t k = 0; k < 2; ++k) {
        out[2 * b + k] = static_cast<uint8_t>(part.index[k] & 255);
        const int high = part.index[k] >> 8 | (part.values[k] == down ? 8 : 0);
        out[32 + b] |= static_cast<uint8_t>(high << 4 * k);
      }
      for (size_t i = 0; i < 16; ++i) {
        const int level = codebook().points[static_cast<size_t>(part.index[i / 8])][i % 8];
        const float q = part.values[i / 8][level] * (2 * code + 1);
        sq += part.w[i] * q * part.x[i];
        s2 += part.w[i] * q * q;
      }
    }
    if (s2 > 0) d = sq / s2;
    const int half = half_from_float(d * 1.1125f);
    for (int k = 0; k < 4; ++k) write16(out + 48 + 2 * k, static_cast<uint16_t>(sc[k] | (half >> 4 * k & 15) << 12));
  }
}

void decode_iq1_s(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* in = blocks + i / 256 * 50;
    const size_t group = i % 256 / 8;
    const int qh = read16(in + 34 + 2 * (group / 4));
    const int k = in[2 + group] | (qh >> 3 * (group % 4) & 7) << 8;
    const float scale = float_from_half(read16(in)) * (2 * (qh >> 12 & 7) + 1);
    const float v = static_cast<float>(codebook().points[static_cast<size_t>(k)][i % 8] - 1);
    values[i] = scale * (v + (qh & 0x8000 ? -0.125f : 0.125f));
  }
}

void decode_iq1_m(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* in = blocks + i / 256 * 56;
    const size_t group = i % 256 / 8, part = i % 256 / 16;
    int half = 0;
    for (int k = 0; k < 4; ++k) half |= read16(in + 48 + 2 * k) >> 12 << 4 * k;
    const int qh = in[32 + part] >> 4 * (group % 2) & 15;
    const int k = in[group] | (qh & 7) << 8;
    const int code = read16(in + 48 + 2 * (part / 4)) >> 3 * (part % 4) & 7;
    const float scale = float_from_half(static_cast<uint16_t>(half)) * (2 * code + 1);
    const float v = static_cast<float>(codebook().points[static_cast<size_t>(k)][i % 8] - 1);
    values[i] = scale * (v + (qh & 8 ? -0.125f : 0.125f));
  }
}

const Registration registrations[] = {{"iq1_s", quantize_iq1_s, decode_iq1_s}, {"iq1_m", quantize_iq1_m, decode_iq1_m}};

}  // namespace
}  // namespace nibble::reference
