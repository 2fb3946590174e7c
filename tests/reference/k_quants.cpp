// q2_K to q6_K: super-blocks of 256 weights.
#include "reference/level_searches.h"
#include "reference/reference.h"
#include "reference/searches.h"

namespace nibble::reference {
namespace {

/// The 6-bit scales and minima of q4_K and q5_K.
void pack_six_bits(const uint8_t* scale, const uint8_t* minimum, uint8_t* b) {
  for (int j = 0; j < 4; ++j) {
    b[j] = scale[j];
    b[j + 4] = minimum[j];
  }
  for (int j = 4; j < 8; ++j) {
    b[j + 4] = static_cast<uint8_t>((scale[j] & 15) | (minimum[j] & 15) << 4);
    b[j - 4] = static_cast<uint8_t>(b[j - 4] | (scale[j] >> 4) << 6);
    b[j] = static_cast<uint8_t>(b[j] | (minimum[j] >> 4) << 6);
  }
}
void six_bits(const uint8_t* b, int j, int& scale, int& minimum) {
  scale = j < 4 ? b[j] & 63 : (b[j + 4] & 15) | (b[j - 4] >> 6) << 4;
  minimum = j < 4 ? b[j + 4] & 63 : (b[j + 4] >> 4) | (b[j] >> 6) << 4;
}

/// Where weight i's two bits are in q2_K and q3_K.
int plane_byte(int i) { return 32 * (i / 128) + i % 32; }
int plane_shift(int i) { return 2 * (i / 32 % 4); }

void set_bits(uint8_t& byte, int value, int shift) { byte = static_cast<uint8_t>(byte | value << shift); }

float sum(const std::vector<float>& w) {
  float total = 0;
  for (const float v : w) total += v;
  return total;
}
float largest(const float* values, int n) {
  float max = 0;
  for (int i = 0; i < n; ++i) max = values[i] > max ? values[i] : max;
  return max;
}
float of_largest_magnitude(const float* values, int n) {
  float max = 0, amax = 0;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(values[i]) > amax) {
      amax = std::fabs(values[i]);
      max = values[i];
    }
  }
  return max;
}

// q2_K: scales 0, codes 16, d 80, dmin 82.
void quantize_q2(const float* x, uint8_t* block, const float* importance) {
  std::memset(block, 0, 84);
  int L[256];
  float scale[16], minimum[16], sw[16];
  const float sigma2 = sum_of_squares(x, 256) / 256;
  for (int j = 0; j < 16; ++j) {
    std::vector<float> w(16);
    for (int i = 0; i < 16; ++i) w[i] = std::fabs(x[16 * j + i]);
    if (importance) w = importance_weights(16, x + 16 * j, importance + 16 * j, sigma2);
    const AffineFit fit = importance ? search_affine(16, 3, x + 16 * j, w.data(), -0.9f, 0.05f, 36, false, L + 16 * j)
                                     : search_affine(16, 3, x + 16 * j, w.data(), -0.5f, 0.1f, 15, true, L + 16 * j);
    scale[j] = fit.scale;
    minimum[j] = fit.minimum;
    sw[j] = sum(w);
  }
  uint16_t d = 0, dmin = 0;
  if (importance) {
    uint8_t Ls[16], Lm[16];
    d = half_from_float(search_nonnegative(16, 15, scale, sw, Ls));
    dmin = half_from_float(search_nonnegative(16, 15, minimum, sw, Lm));
    for (int j = 0; j < 16; ++j) block[j] = static_cast<uint8_t>(Ls[j] | Lm[j] << 4);
  } else {
    const float max_scale = largest(scale, 16), max_minimum = largest(minimum, 16);
    if (max_scale > 0) {
      const float inverse = 15 / max_scale;
      for (int j = 0; j < 16; ++j) block[j] = static_cast<uint8_t>(nearest(inverse * scale[j]));
      d = half_from_float(max_scale / 15);
    }
    if (max_minimum > 0) {
      const float inverse = 15 / max_minimum;
      for (int j = 0; j < 16; ++j) {
        block[j] = static_cast<uint8_t>(block[j] | static_cast<unsigned>(nearest(inverse * minimum[j])) << 4);
      }
      dmin = half_from_float(max_minimum / 15);
    }
  }
  write16(block + 80, d);
  write16(block + 82, dmin);
  for (int i = 0; i < 256; ++i) {
    const float D = float_from_half(d) * (block[i / 16] & 15), M = float_from_half(dmin) * (block[i / 16] >> 4);
    if (D != 0) L[i] = clamp(nearest((x[i] + M) / D), 0, 3);
    set_bits(block[16 + plane_byte(i)], L[i], plane_shift(i));
  }
}
void decode_q2(const uint8_t* block, float* values) {
  const float d = float_from_half(read16(block + 80)), dmin = float_from_half(read16(block + 82));
  for (int i = 0; i < 256; ++i) {
    const int q = block[16 + plane_byte(i)] >> plane_shift(i) & 3;
    values[i] = (d * (block[i / 16] & 15)) * q - dmin * (block[i / 16] >> 4);
  }
}

// q3_K: high bits 0, low bits 32, scales 96, d 108.
void quantize_q3(const float* x, uint8_t* block, const float* importance) {
  std::memset(block, 0, 110);
  int L[256], l[16];
  float scale[16], sw[16];
  const float sigma2 = 2 * sum_of_squares(x, 256) / 256;
  for (int j = 0; j < 16; ++j) {
    if (importance) {
      const std::vector<float> w = importance_weights(16, x + 16 * j, importance + 16 * j, sigma2);
      scale[j] = search_symmetric(16, 4, x + 16 * j, w.data(), L + 16 * j);
      sw[j] = sum(w);
    } else {
      scale[j] = search_symmetric_moving(16, 4, x + 16 * j, L + 16 * j);
    }
  }
  uint16_t d = 0;
  if (importance) {
    d = half_from_float(search_symmetric(16, 32, scale, sw, l));
  } else {
    const float max = of_largest_magnitude(scale, 16);
    for (int j = 0; j < 16; ++j) l[j] = 0;
    if (max != 0) {
      const float inverse = -32 / max;
      for (int j = 0; j < 16; ++j) l[j] = clamp(nearest(inverse * scale[j]), -32, 31) + 32;
      d = half_from_float(1 / inverse);
    }
  }
  write16(block + 108, d);
  for (int j = 0; j < 16; ++j) {
    set_bits(block[96 + j % 8], l[j] & 15, j < 8 ? 0 : 4);
    set_bits(block[104 + j % 4], l[j] >> 4, 2 * (j / 4));
  }
  for (int i = 0; i < 256; ++i) {
    const float D = float_from_half(d) * (l[i / 16] - 32);
    if (D != 0) L[i] = clamp(nearest(x[i] / D), -4, 3) + 4;
    set_bits(block[i % 32], L[i] > 3, i / 32);
    set_bits(block[32 + plane_byte(i)], L[i] & 3, plane_shift(i));
  }
}
void decode_q3(const uint8_t* block, float* values) {
  const float d = float_from_half(read16(block + 108));
  for (int i = 0; i < 256; ++i) {
    const int j = i / 16;
    const int l = (block[96 + j % 8] >> (j < 8 ? 0 : 4) & 15) + 16 * (block[104 + j % 4] >> 2 * (j / 4) & 3);
    const int low = block[32 + plane_byte(i)] >> plane_shift(i) & 3;
    values[i] = (d * (l - 32)) * (low - (block[i % 32] >> i / 32 & 1 ? 0 : 4));
  }
}

/// q4_K (bits 4) and q5_K (bits 5): d 0, dmin 2, scales 4, then for q5_K the fifth bits, then the low four.
constexpr int low_at(int bits) { return bits == 4 ? 16 : 48; }

template <int bits>
void quantize_q45(const float* x, uint8_t* block, const float* importance) {
  constexpr int N = (1 << bits) - 1;
  std::memset(block, 0, low_at(bits) + 128);
  int L[256];
  float scale[8], minimum[8], sw[8];
  const float sigma2 = 2 * sum_of_squares(x, 256) / 256;
  for (int j = 0; j < 8; ++j) {
    const float* xb = x + 32 * j;
    std::vector<float> w(32);
    AffineFit fit;
    if (importance) {
      w = importance_weights(32, xb, importance + 32 * j, sigma2);
      fit = search_affine(32, N, xb, w.data(), -0.9f, 0.05f, 36, false, L + 32 * j);
    } else {
      const float average = std::sqrt(sum_of_squares(xb, 32) / 32);
      for (int i = 0; i < 32; ++i) w[i] = average + std::fabs(xb[i]);
      fit = bits == 4 ? search_affine(32, N, xb, w.data(), -1.0f, 0.1f, 20, false, L + 32 * j)
                      : search_affine(32, N, xb, w.data(), -0.5f, 0.1f, 15, false, L + 32 * j);
    }
    scale[j] = fit.scale;
    minimum[j] = fit.minimum;
    sw[j] = sum(w);
  }
  uint8_t Ls[8], Lm[8];
  if (importance) {
    write16(block, half_from_float(search_nonnegative(8, 63, scale, sw, Ls)));
    write16(block + 2, half_from_float(search_nonnegative(8, 63, minimum, sw, Lm)));
  } else {
    const float max_scale = largest(scale, 8), max_minimum = largest(minimum, 8);
    const float inverse_scale = max_scale > 0 ? 63 / max_scale : 0.0f;
    const float inverse_minimum = max_minimum > 0 ? 63 / max_minimum : 0.0f;
    for (int j = 0; j < 8; ++j) {
      Ls[j] = static_cast<uint8_t>(nearest(inverse_scale * scale[j]));
      Lm[j] = static_cast<uint8_t>(nearest(inverse_minimum * minimum[j]));
    }
    write16(block, half_from_float(max_scale / 63));
    write16(block + 2, half_from_float(max_minimum / 63));
  }
  if (!importance || bits == 5) {
    for (int j = 0; j < 8; ++j) {
      Ls[j] = std::min<uint8_t>(63, Ls[j]);
      Lm[j] = std::min<uint8_t>(63, Lm[j]);
    }
  }
  pack_six_bits(Ls, Lm, block + 4);
  for (int i = 0; i < 256; ++i) {
    const int j = i / 32;
    int s, m;
    six_bits(block + 4, j, s, m);
    const float D = float_from_half(read16(block)) * s, M = float_from_half(read16(block + 2)) * m;
    if (D != 0) L[i] = clamp(nearest((x[i] + M) / D), 0, N);
    set_bits(block[low_at(bits) + 32 * (j / 2) + i % 32], L[i] & 15, j % 2 ? 4 : 0);
    if (bits == 5) set_bits(block[16 + i % 32], L[i] >> 4, j);
  }
}
template <int bits>
void decode_q45(const uint8_t* block, float* values) {
  const float d = float_from_half(read16(block)), dmin = float_from_half(read16(block + 2));
  for (int i = 0; i < 256; ++i) {
    const int j = i / 32;
    int s, m;
    six_bits(block + 4, j, s, m);
    int q = block[low_at(bits) + 32 * (j / 2) + i % 32] >> (j % 2 ? 4 : 0) & 15;
    if (bits == 5) q += 16 * (block[16 + i % 32] >> j & 1);
    values[i] = (d * s) * q - dmin * m;
  }
}

// q6_K: low four bits 0, high two bits 128, scales 192, d 208.
int q6_low_byte(int i) { return 64 * (i / 128) + i % 64; }
int q6_low_shift(int i) { return i % 128 < 64 ? 0 : 4; }
int q6_high_byte(int i) { return 128 + 32 * (i / 128) + i % 32; }
int q6_high_shift(int i) { return 2 * (i % 128 / 32); }

void quantize_q6(const float* x, uint8_t* block, const float* importance) {
  std::memset(block, 0, 210);
  int L[256];
  float scale[16];
  for (int j = 0; j < 16; ++j) {
    scale[j] = search_symmetric(16, 32, x + 16 * j, importance ? importance + 16 * j : nullptr, L + 16 * j);
  }
  const float max = of_largest_magnitude(scale, 16);
  if (std::fabs(max) < 1e-15f) return;
  const float inverse = -128 / max;
  const uint16_t d = half_from_float(1 / inverse);
  write16(block + 208, d);
  for (int i = 0; i < 256; ++i) {
    const int8_t s = static_cast<int8_t>(std::min(127, nearest(inverse * scale[i / 16])));
    block[192 + i / 16] = static_cast<uint8_t>(s);
    const float D = float_from_half(d) * s;
    if (D != 0) L[i] = clamp(nearest(x[i] / D), -32, 31) + 32;
    set_bits(block[q6_low_byte(i)], L[i] & 15, q6_low_shift(i));
    set_bits(block[q6_high_byte(i)], L[i] >> 4, q6_high_shift(i));
  }
}
void decode_q6(const uint8_t* block, float* values) {
  const float d = float_from_half(read16(block + 208));
  for (int i = 0; i < 256; ++i) {
    const int q =
        (block[q6_low_byte(i)] >> q6_low_shift(i) & 15) + 16 * (block[q6_high_byte(i)] >> q6_high_shift(i) & 3);
    values[i] = (d * static_cast<int8_t>(block[192 + i / 16])) * (q - 32);
  }
}

template <void (*block_function)(const float*, uint8_t*, const float*), int bytes>
void quantize_rows(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t b = 0; b < length / 256; ++b) {
    block_function(row + 256 * b, blocks + bytes * b, importance ? importance + 256 * b : nullptr);
  }
}
template <void (*block_function)(const uint8_t*, float*), int bytes>
void decode_rows(const uint8_t* blocks, float* values, size_t length) {
  for (size_t b = 0; b < length / 256; ++b) block_function(blocks + bytes * b, values + 256 * b);
}

const Registration registrations[] = {
    {"q2_K", quantize_rows<quantize_q2, 84>, decode_rows<decode_q2, 84>},
    {"q3_K", quantize_rows<quantize_q3, 110>, decode_rows<decode_q3, 110>},
    {"q4_K", quantize_rows<quantize_q45<4>, 144>, decode_rows<decode_q45<4>, 144>},
    {"q5_K", quantize_rows<quantize_q45<5>, 176>, decode_rows<decode_q45<5>, 176>},
    {"q6_K", quantize_rows<quantize_q6, 210>, decode_rows<decode_q6, 210>},
};

}  // namespace
}  // namespace nibble::reference
