// IQ2 and IQ3: codebook points with separate signs.
#include <cfloat>

#include "reference/codebooks.h"
#include "reference/reference.h"
#include "reference/searches.h"

namespace nibble::reference {
namespace {

/// What the five types differ in.
struct Kind {
  const char* codebook;
  int shells, levels, coords, sub_block, bytes;
  bool even_signs;
  float energy, tiny, fudge;
  int steps, base;  // inverse scales (base + k * step) / max, k = -steps..steps
  float step;
  std::vector<float> values;
  float scale_factor;  // 0: the scale is d * (1 + 2 code), otherwise d * (0.5 + code) * factor
};

const std::vector<float> values_2bit{8, 25, 43}, values_3bit{4, 12, 20, 28, 36, 44, 52, 62},
    values_odd{1, 3, 5, 7, 9, 11, 13, 15};
const Kind iq2_xxs{"iq2_xxs", 2, 3, 8, 32, 66, true, 1, 1e-15f, 1, 6, 5, 0.1f, values_2bit, 0.25f};
const Kind iq2_xs{"iq2_xs", 2, 3, 8, 16, 74, true, 1, 1e-15f, 1, 9, 5, 0.1f, values_2bit, 0.25f};
const Kind iq2_s{"iq2_s", 1, 3, 8, 16, 82, false, 2, 1e-8f, 0.9875f, 9, 5, 0.1f, values_2bit, 0.25f};
const Kind iq3_xxs{"iq3_xxs", 2, 8, 4, 32, 98, true, 2, 1e-8f, 1.0125f, 15, 15, 0.2f, values_3bit, 0.5f};
const Kind iq3_s{"iq3_s", 3, 8, 4, 32, 110, false, 2, 0, 1.033f, 9, 15, 0.2f, values_odd, 0};

/// One block, field by field. Sub-blocks and groups count from 0 through the block.
struct Fields {
  uint16_t d = 0;
  int index[64] = {}, signs[32] = {}, code[16] = {};
};

int parity(int bits) {
  int sum = 0;
  for (int i = 0; i < 8; ++i) sum ^= bits >> i & 1;
  return sum;
}

void write32(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> 8 * i);
}
uint32_t read32(const uint8_t* at) { return read16(at) | static_cast<uint32_t>(read16(at + 2)) << 16; }

void pack(const Kind& kind, const Fields& f, uint8_t* out) {
  std::memset(out, 0, static_cast<size_t>(kind.bytes));
  write16(out, f.d);
  const auto nibbles = [&](int at, int count) {
    for (int b = 0; b < count; ++b) out[at + b / 2] |= static_cast<uint8_t>(f.code[b] << 4 * (b % 2));
  };
  const auto signs_and_code = [&](int b) {
    uint32_t word = static_cast<uint32_t>(f.code[b]) << 28;
    for (int j = 0; j < 4; ++j) word |= static_cast<uint32_t>(f.signs[4 * b + j] & 127) << 7 * j;
    return word;
  };
  if (&kind == &iq2_xxs) {
    for (int b = 0; b < 8; ++b) {
      for (int g = 0; g < 4; ++g) out[2 + 8 * b + g] = static_cast<uint8_t>(f.index[4 * b + g]);
      write32(out + 2 + 8 * b + 4, signs_and_code(b));
    }
  } else if (&kind == &iq2_xs) {
    for (int g = 0; g < 32; ++g) {
      write16(out + 2 + 2 * g, static_cast<uint16_t>(f.index[g] | (f.signs[g] & 127) << 9));
    }
    nibbles(66, 16);
  } else if (&kind == &iq2_s) {
    for (int g = 0; g < 32; ++g) {
      out[2 + g] = static_cast<uint8_t>(f.index[g] & 255);
      out[34 + g] = static_cast<uint8_t>(f.signs[g]);
      out[66 + g / 4] |= static_cast<uint8_t>(f.index[g] >> 8 << 2 * (g % 4));
    }
    nibbles(74, 16);
  } else if (&kind == &iq3_xxs) {
    for (int g = 0; g < 64; ++g) out[2 + g] = static_cast<uint8_t>(f.index[g]);
    for (int b = 0; b < 8; ++b) write32(out + 66 + 4 * b, signs_and_code(b));
  } else {
    for (int g = 0; g < 64; ++g) {
      out[2 + g] = static_cast<uint8_t>(f.index[g] & 255);
      out[66 + g / 8] |= static_cast<uint8_t>(f.index[g] >> 8 << g % 8);
    }
    for (int j = 0; j < 32; ++j) out[74 + j] = static_cast<uint8_t>(f.signs[j]);
    nibbles(106, 8);
  }
}

Fields unpack(const Kind& kind, const uint8_t* in) {
  Fields f;
  f.d = read16(in);
  const auto nibble = [&](int at, int b) { return in[at + b / 2] >> 4 * (b % 2) & 15; };
  const auto even = [](uint32_t seven) { return static_cast<int>(seven) | parity(static_cast<int>(seven)) << 7; };
  for (int g = 0; g < 256 / kind.coords; ++g) {
    if (&kind == &iq2_xxs) f.index[g] = in[2 + 8 * (g / 4) + g % 4];
    if (&kind == &iq2_xs) f.index[g] = read16(in + 2 + 2 * g) & 511;
    if (&kind == &iq2_s) f.index[g] = in[2 + g] | (in[66 + g / 4] >> 2 * (g % 4) & 3) << 8;
    if (&kind == &iq3_xxs) f.index[g] = in[2 + g];
    if (&kind == &iq3_s) f.index[g] = in[2 + g] | (in[66 + g / 8] >> g % 8 & 1) << 8;
  }
  for (int j = 0; j < 32; ++j) {
    if (&kind == &iq2_xxs) f.signs[j] = even(read32(in + 6 + 8 * (j / 4)) >> 7 * (j % 4) & 127);
    if (&kind == &iq2_xs) f.signs[j] = even(read16(in + 2 + 2 * j) >> 9);
    if (&kind == &iq2_s) f.signs[j] = in[34 + j];
    if (&kind == &iq3_xxs) f.signs[j] = even(read32(in + 66 + 4 * (j / 4)) >> 7 * (j % 4) & 127);
    if (&kind == &iq3_s) f.signs[j] = in[74 + j];
  }
  for (int b = 0; b < 256 / kind.sub_block; ++b) {
    if (&kind == &iq2_xxs) f.code[b] = static_cast<int>(read32(in + 6 + 8 * b) >> 28);
    if (&kind == &iq2_xs) f.code[b] = nibble(66, b);
    if (&kind == &iq2_s) f.code[b] = nibble(74, b);
    if (&kind == &iq3_xxs) f.code[b] = static_cast<int>(read32(in + 66 + 4 * b) >> 28);
    if (&kind == &iq3_s) f.code[b] = nibble(106, b);
  }
  return f;
}

const Codebook& codebook_of(const Kind& kind) {
  static std::map<const Kind*, Codebook> books;
  return books.try_emplace(&kind, kind.codebook, kind.shells).first->second;
}

template <const Kind& kind>
void decode(const uint8_t* blocks, float* values, size_t length) {
  const Codebook& book = codebook_of(kind);
  for (size_t i = 0; i < length; ++i) {
    const Fields f = unpack(kind, blocks + i / 256 * static_cast<size_t>(kind.bytes));
    const int at = static_cast<int>(i % 256), code = f.code[at / kind.sub_block];
    const int level =
        book.points[static_cast<size_t>(f.index[at / kind.coords])][static_cast<size_t>(at % kind.coords)];
    const float d = float_from_half(f.d);
    const float scale = kind.scale_factor == 0 ? d * (1 + 2 * code) : d * (0.5f + code) * kind.scale_factor;
    const float sign = f.signs[at / 8] >> at % 8 & 1 ? -1.0f : 1.0f;
    values[i] = scale * kind.values[static_cast<size_t>(level)] * sign;
  }
}

/// Levels 0..N without a lower bound, kept as bytes: the search IQ2_XXS starts from. Only the scale is used.
float search_nonnegative(int n, int N, const float* x, const float* q) {
  float max = 0;
  for (int i = 0; i < n; ++i) max = x[i] > max ? x[i] : max;
  if (max < 1e-15f) return 0;
  std::vector<uint8_t> L(static_cast<size_t>(n));
  float s = N / max, best = 0;
  const float start = 1 / s;
  for (int i = 0; i < n; ++i) {
    const float d = x[i] - start * static_cast<uint8_t>(nearest(s * x[i]));
    best += q[i] * d * d;
  }
  for (int k = -4; k <= 4; ++k) {
    if (k == 0) continue;
    const float sk = (0.1f * k + N) / max, ck = 1 / sk;
    float error = 0;
    for (int i = 0; i < n; ++i) {
      const float d = x[i] - ck * std::min(N, nearest(sk * x[i]));
      error += q[i] * d * d;
    }
    if (error < best) {
      best = error;
      s = sk;
    }
  }
  float sumlx = 0, suml2 = 0;
  for (int i = 0; i < n; ++i) {
    const int l = std::min(N, nearest(s * x[i]));
    L[static_cast<size_t>(i)] = static_cast<uint8_t>(l);
    sumlx += q[i] * x[i] * l;
    suml2 += q[i] * l * l;
  }
  for (int round = 0; round < 5; ++round) {
    int changed = 0;
    for (int i = 0; i < n; ++i) {
      uint8_t& kept = L[static_cast<size_t>(i)];
      float slx = sumlx - q[i] * x[i] * kept, sl2 = suml2 - q[i] * kept * kept;
      if (!(slx > 0 && sl2 > 0)) continue;
      const int l = std::min(N, nearest(x[i] * sl2 / slx));
      if (l == kept) continue;
      slx += q[i] * x[i] * l;
      sl2 += q[i] * l * l;
      if (!(slx * slx * suml2 > sumlx * sumlx * sl2)) continue;
      kept = static_cast<uint8_t>(l);
      sumlx = slx;
      suml2 = sl2;
      ++changed;
    }
    if (changed == 0) break;
  }
  return suml2 > 0 ? sumlx / suml2 : 0;
}

/// One sub-block on its way to levels.
struct SubBlock {
  const Kind& kind;
  const Codebook& book;
  std::vector<float> x, w, root;  // x: magnitudes, negative where the sign is wrong

  struct Coding {
    std::vector<int> index;
    std::vector<bool> on_grid;
  };

  /// Rounds group g under an inverse scale; off the codebook, the nearest neighbour under `scale`.
  int code_group(int g, float inverse, float scale, bool& on_grid) const {
    Levels levels;
    for (int i = 0; i < kind.coords; ++i) {
      const float v = x[static_cast<size_t>(kind.coords * g + i)];
      levels.push_back(clamp(nearest(0.5f * (inverse * v - 1)), 0, kind.levels - 1));
    }
    const int k = book.find(levels);
    on_grid = k >= 0;
    if (on_grid) return k;
    float best = FLT_MAX;
    int chosen = -1;
    for (const int candidate : book.neighbours(levels)) {
      float d2 = 0;
      for (int i = 0; i < kind.coords; ++i) {
        const size_t at = static_cast<size_t>(kind.coords * g + i);
        const int grid_value = 2 * book.points[static_cast<size_t>(candidate)][static_cast<size_t>(i)] + 1;
        const float diff = scale * grid_value - x[at];
        d2 += root[at] * diff * diff;
      }
      if (d2 < best) {
        best = d2;
        chosen = candidate;
      }
    }
    return chosen >= 0 ? chosen : book.neighbours(levels)[0];
  }

  void sums(const Coding& coding, float& sq, float& s2) const {
    sq = s2 = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t g = i / static_cast<size_t>(kind.coords);
      const Levels& point = book.points[static_cast<size_t>(coding.index[g])];
      const float q = static_cast<float>(2 * point[i % static_cast<size_t>(kind.coords)] + 1);
      sq += w[i] * x[i] * q;
      s2 += w[i] * q * q;
    }
  }
};

/// Returns false when the sub-block counts as empty.
bool search(const SubBlock& block, SubBlock::Coding& kept, float& scale) {
  const Kind& kind = block.kind;
  const int groups = kind.sub_block / kind.coords;
  float max = block.x[0];
  for (const float v : block.x) max = v > max ? v : max;
  if (&kind == &iq3_s ? max == 0 : max < kind.tiny) return false;
  scale = max / kind.base;
  if (&kind == &iq2_xxs) {
    scale = search_nonnegative(32, 4, block.x.data(), block.w.data());
    max = scale * 3;
    if (max <= 0) return false;
  }
  kept.index.assign(static_cast<size_t>(groups), 0);
  kept.on_grid.assign(static_cast<size_t>(groups), &kind != &iq3_s && &kind != &iq2_xxs);
  float best = 0, sq, s2;
  for (int k = -kind.steps; k <= kind.steps; ++k) {
    const float inverse = (kind.base + k * kind.step) / max;
    SubBlock::Coding coding;
    for (int g = 0; g < groups; ++g) {
      bool on_grid;
      coding.index.push_back(block.code_group(g, inverse, 1 / inverse, on_grid));
      coding.on_grid.push_back(on_grid);
    }
    block.sums(coding, sq, s2);
    if (s2 > 0 && sq * sq > best * s2) {
      scale = sq / s2;
      best = scale * sq;
      kept = coding;
    }
  }
  const bool any_off = std::find(kept.on_grid.begin(), kept.on_grid.end(), false) != kept.on_grid.end();
  if (!(scale > 0) || !(any_off || &kind == &iq2_xxs)) return true;
  const bool every_group = &kind == &iq2_xxs || &kind == &iq3_s;
  for (int g = 0; g < groups; ++g) {
    bool ignored;
    const size_t at = static_cast<size_t>(g);
    if (every_group || !kept.on_grid[at]) kept.index[at] = block.code_group(g, 1 / scale, scale, ignored);
  }
  block.sums(kept, sq, s2);
  if (s2 > 0) scale = sq / s2;
  return true;
}

template <const Kind& kind>
void quantize(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const int n = kind.sub_block, groups = n / kind.coords;
  for (size_t at = 0; at < length; at += 256) {
    const float* x = row + at;
    const float sigma2 = kind.energy * sum_of_squares(x, 256) / 256;
    Fields f;
    float scales[16] = {}, max_scale = 0;
    int places = 0;  // sub-blocks that took a place for indices and signs; iq3_s leaves no gap for empty ones
    for (int b = 0; b < 256 / n; ++b) {
      SubBlock block{kind, codebook_of(kind), {}, {}, {}};
      std::vector<int> signs(static_cast<size_t>(n / 8));
      for (int i = 0; i < n; ++i) {
        const float v = x[n * b + i];
        float w = v * v;
        if (&kind == &iq2_s) w = 0.25f * sigma2 + v * v;
        if (importance) w = importance[at + static_cast<size_t>(n * b + i)] * std::sqrt(sigma2 + v * v);
        block.w.push_back(w);
        block.root.push_back(std::sqrt(w));
        block.x.push_back(std::fabs(v));
        if (v < 0) signs[static_cast<size_t>(i / 8)] |= 1 << i % 8;
      }
      for (size_t j = 0; j < signs.size(); ++j) {
        if (!kind.even_signs || parity(signs[j]) == 0) continue;
        size_t least = 8 * j;
        const auto loss = [&](size_t i) { return block.w[i] * block.x[i] * block.x[i]; };
        for (size_t i = 8 * j; i < 8 * j + 8; ++i) {
          if (loss(i) < loss(least)) least = i;
        }
        block.x[least] = -block.x[least];
        signs[j] ^= 1 << least % 8;
      }
      SubBlock::Coding coding;
      float scale;
      if (!search(block, coding, scale)) continue;
      if (scale < 0) {
        scale = -scale;
        for (int& s : signs) s ^= 255;
      }
      scales[b] = scale;
      max_scale = scale > max_scale ? scale : max_scale;
      const int place = &kind == &iq3_s ? places++ : b;
      for (int g = 0; g < groups; ++g) {
        f.index[groups * place + g] |= coding.index[static_cast<size_t>(g)] & (&kind == &iq3_s ? 255 : -1);
        if (&kind == &iq3_s) f.index[groups * b + g] |= coding.index[static_cast<size_t>(g)] & 256;
      }
      for (size_t j = 0; j < signs.size(); ++j) f.signs[static_cast<size_t>(n / 8 * place) + j] = signs[j];
    }
    uint8_t* out = blocks + at / 256 * static_cast<size_t>(kind.bytes);
    if (max_scale == 0) {
      pack(kind, Fields{}, out);
      continue;
    }
    const float dd = max_scale / 31, id = 1 / dd;
    for (int b = 0; b < 256 / n; ++b) f.code[b] = clamp(nearest(0.5f * (id * scales[b] - 1)), 0, 15);
    f.d = half_from_float(dd * kind.fudge);
    pack(kind, f, out);
  }
}

const Registration registrations[] = {
    {"iq2_xxs", quantize<iq2_xxs>, decode<iq2_xxs>}, {"iq2_xs", quantize<iq2_xs>, decode<iq2_xs>},
    {"iq2_s", quantize<iq2_s>, decode<iq2_s>},       {"iq3_xxs", quantize<iq3_xxs>, decode<iq3_xxs>},
    {"iq3_s", quantize<iq3_s>, decode<iq3_s>},
};

}  // namespace
}  // namespace nibble::reference
