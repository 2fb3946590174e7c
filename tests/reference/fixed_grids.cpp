// The formats whose values come from a fixed set: iq4, the 4-bit floats, ternary and binary weights.
#include "reference/level_searches.h"
#include "reference/reference.h"
#include "reference/searches.h"

namespace nibble::reference {
namespace {

float largest_magnitude(const float* x, int n) {
  float amax = 0;
  for (int i = 0; i < n; ++i) amax = std::fabs(x[i]) > amax ? std::fabs(x[i]) : amax;
  return amax;
}

/// Half away from zero, then to an integer as x86-64 converts: out of range and NaN give the smallest integer.
int64_t round_away(float v, int64_t out_of_range) {
  if (!(std::fabs(v) < 1e9f)) return out_of_range;
  const double wide = v;
  return static_cast<int64_t>(wide < 0 ? wide - 0.5 : wide + 0.5);
}

std::vector<float> iq4_weights(const float* x, const float* importance, float sigma2) {
  if (importance) return importance_weights(32, x, importance, sigma2);
  std::vector<float> w(32);
  for (int i = 0; i < 32; ++i) w[i] = x[i] * x[i];
  return w;
}

void quantize_iq4_nl(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t b = 0; b < length / 32; ++b) {
    const float* x = row + 32 * b;
    uint8_t* block = blocks + 18 * b;
    const float sigma2 = sum_of_squares(x, 32) * (2.0f / 32);
    const float d = search_uneven(x, iq4_weights(x, importance ? importance + 32 * b : nullptr, sigma2).data());
    const float inverse = d != 0 ? 1 / d : 0.0f;
    write16(block, half_from_float(d));
    for (int j = 0; j < 16; ++j) {
      block[2 + j] = static_cast<uint8_t>(nearest_uneven(inverse * x[j]) + 16 * nearest_uneven(inverse * x[j + 16]));
    }
  }
}
void decode_iq4_nl(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 18 * (i / 32);
    values[i] = float_from_half(read16(block)) * uneven[block[2 + i % 16] >> (i % 32 < 16 ? 0 : 4) & 15];
  }
}

void quantize_iq4_xs(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  for (size_t s = 0; s < length / 256; ++s) {
    uint8_t* block = blocks + 136 * s;
    std::memset(block, 0, 136);
    const float sigma2 = sum_of_squares(row + 256 * s, 256) * (2.0f / 256);
    float scale[8], max = 0;
    for (size_t b = 0; b < 8; ++b) {
      const size_t at = 256 * s + 32 * b;
      scale[b] = search_uneven(row + at, iq4_weights(row + at, importance ? importance + at : nullptr, sigma2).data());
      if (std::fabs(scale[b]) > std::fabs(max)) max = scale[b];
    }
    const float d = -max / 32;
    const float inverse = d != 0 ? 1 / d : 0.0f;
    write16(block, half_from_float(d));
    int high = 0;
    for (int b = 0; b < 8; ++b) {
      const float* x = row + 256 * s + 32 * b;
      const int l = clamp(nearest(inverse * scale[b]), -32, 31);
      const float dl = d * l;
      const float idl = dl != 0 ? 1 / dl : 0.0f;
      block[4 + b / 2] = static_cast<uint8_t>(block[4 + b / 2] | ((l + 32) & 15) << (b % 2 ? 4 : 0));
      high |= (l + 32) >> 4 << 2 * b;
      for (int j = 0; j < 16; ++j) {
        block[8 + 16 * b + j] = static_cast<uint8_t>(nearest_uneven(idl * x[j]) + 16 * nearest_uneven(idl * x[j + 16]));
      }
    }
    write16(block + 2, static_cast<uint16_t>(high));
  }
}
void decode_iq4_xs(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 136 * (i / 256);
    const int b = static_cast<int>(i % 256 / 32);
    const int l = (block[4 + b / 2] >> (b % 2 ? 4 : 0) & 15) + 16 * (read16(block + 2) >> 2 * b & 3) - 32;
    const int code = block[8 + 16 * b + i % 16] >> (i % 32 < 16 ? 0 : 4) & 15;
    values[i] = (float_from_half(read16(block)) * l) * uneven[code];
  }
}

constexpr int fp4[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

int nearest_fp4(float x, float d) {
  int best = 0;
  for (int i = 1; i < 16; ++i) {
    if (std::fabs(fp4[i] * d - x) < std::fabs(fp4[best] * d - x)) best = i;
  }
  return best;
}

float half_of_power(int e) { return static_cast<float>(std::ldexp(1.0, e - 128)); }

void quantize_mxfp4(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t b = 0; b < length / 32; ++b) {
    const float* x = row + 32 * b;
    uint8_t* block = blocks + 17 * b;
    const float amax = largest_magnitude(x, 32);
    int e = 0;
    if (amax > 0)
      e = (static_cast<int>(std::floor(static_cast<float>(std::log2(static_cast<double>(amax))))) + 125) & 255;
    block[0] = static_cast<uint8_t>(e);
    for (int j = 0; j < 16; ++j) {
      block[1 + j] =
          static_cast<uint8_t>(nearest_fp4(x[j], half_of_power(e)) + 16 * nearest_fp4(x[j + 16], half_of_power(e)));
    }
  }
}
void decode_mxfp4(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 17 * (i / 32);
    values[i] = fp4[block[1 + i % 16] >> (i % 32 < 16 ? 0 : 4) & 15] * half_of_power(block[0]);
  }
}

float half_of_e4m3(int u) {
  if (u == 0 || u == 0x7F) return 0;
  const int exponent = u >> 3 & 15, fraction = u & 7;
  return static_cast<float>(exponent == 0 ? std::ldexp(fraction, -10) : std::ldexp(8 + fraction, exponent - 11));
}
uint8_t e4m3_from_float(float x) {
  if (!(x > 0)) return 0;
  if (x > 448) x = 448;
  const int E = static_cast<int>(bits_of(x) >> 23) - 127 + 7;
  if (E <= 0) {
    const int fraction = static_cast<int>(x * 512 + 0.5f);
    return static_cast<uint8_t>(std::min(fraction, 7));
  }
  if (E >= 15) return 0x7E;
  // Counting in eighths of the leading bit, the fraction and one more bit of it, rounded half up.
  const int sixteenths = static_cast<int>(bits_of(x) >> 19 & 15);
  const int code = 8 * E + (sixteenths + 1) / 2;
  return static_cast<uint8_t>(code >= 8 * 15 ? 0x7E : code);
}

void quantize_nvfp4(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; i += 16) {
    const float* x = row + i;
    uint8_t* block = blocks + 36 * (i / 64);
    const size_t s = i % 64 / 16;
    block[s] = e4m3_from_float(largest_magnitude(x, 16) / 6);
    const float d = half_of_e4m3(block[s]);
    for (int j = 0; j < 8; ++j) {
      block[4 + 8 * s + j] = static_cast<uint8_t>(nearest_fp4(x[j], d) + 16 * nearest_fp4(x[j + 8], d));
    }
  }
}
void decode_nvfp4(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 36 * (i / 64);
    const size_t s = i % 64 / 16;
    values[i] = fp4[block[4 + 8 * s + i % 8] >> (i % 16 < 8 ? 0 : 4) & 15] * half_of_e4m3(block[s]);
  }
}

/// Trits 0..2 of 256 weights; returns the scale. Conversions out of range give LONG_MIN, one more than which is 1 in
/// its low 32 bits.
float trits_of(const float* x, int* t) {
  const float d = largest_magnitude(x, 256);
  const float inverse = d != 0 ? 1 / d : 0.0f;
  for (int i = 0; i < 256; ++i) t[i] = static_cast<int>(round_away(x[i] * inverse, 0)) + 1;
  return d;
}

void quantize_tq1(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t s = 0; s < length / 256; ++s) {
    uint8_t* block = blocks + 54 * s;
    int t[256];
    const float d = trits_of(row + 256 * s, t);
    for (int m = 0; m < 52; ++m) {
      int q = 0;
      for (int n = 0; n < 5; ++n) {
        q *= 3;
        if (m < 32) {
          q += t[m + 32 * n];
        } else if (m < 48) {
          q += t[160 + (m - 32) + 16 * n];
        } else if (n < 4) {
          q += t[240 + (m - 48) + 4 * n];
        }
      }
      block[m] = static_cast<uint8_t>((q * 256 + 242) / 243);
    }
    write16(block + 52, half_from_float(d));
  }
}
void decode_tq1(const uint8_t* blocks, float* values, size_t length) {
  constexpr int power[5] = {1, 3, 9, 27, 81};
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 54 * (i / 256);
    const size_t k = i % 256;
    const size_t byte = k < 160 ? k % 32 : k < 240 ? 32 + (k - 160) % 16 : 48 + (k - 240) % 4;
    const size_t n = k < 160 ? k / 32 : k < 240 ? (k - 160) / 16 : (k - 240) / 4;
    const int t = (block[byte] * power[n] % 256) * 3 / 256;
    values[i] = (t - 1) * float_from_half(read16(block + 52));
  }
}

void quantize_tq2(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t s = 0; s < length / 256; ++s) {
    uint8_t* block = blocks + 66 * s;
    std::memset(block, 0, 66);
    int t[256];
    write16(block + 64, half_from_float(trits_of(row + 256 * s, t)));
    for (int i = 0; i < 256; ++i) block[32 * (i / 128) + i % 32] |= static_cast<uint8_t>(t[i] << 2 * (i % 128 / 32));
  }
}
void decode_tq2(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 66 * (i / 256);
    const int t = block[32 * (i % 256 / 128) + i % 32] >> 2 * (i % 128 / 32) & 3;
    values[i] = (t - 1) * float_from_half(read16(block + 64));
  }
}

void quantize_q1(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t b = 0; b < length / 128; ++b) {
    uint8_t* block = blocks + 18 * b;
    std::memset(block, 0, 18);
    float total = 0;
    for (int j = 0; j < 128; ++j) {
      const float x = row[128 * b + j];
      total += std::fabs(x);
      if (x >= 0) block[2 + j / 8] |= static_cast<uint8_t>(1 << j % 8);
    }
    write16(block, half_from_float(total / 128));
  }
}
void decode_q1(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 18 * (i / 128);
    const float d = float_from_half(read16(block));
    values[i] = block[2 + i % 128 / 8] >> i % 8 & 1 ? d : -d;
  }
}

void quantize_q2_0(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t b = 0; b < length / 64; ++b) {
    uint8_t* block = blocks + 18 * b;
    std::memset(block, 0, 18);
    const float d = largest_magnitude(row + 64 * b, 64);
    const float inverse = d > 0 ? 1 / d : 0.0f;
    write16(block, half_from_float(d));
    for (int j = 0; j < 64; ++j) {
      const int64_t q = round_away(row[64 * b + j] * inverse, INT32_MIN) + 1;
      block[2 + j / 4] |= static_cast<uint8_t>((q < 0 ? 0 : q > 3 ? 3 : q) << 2 * (j % 4));
    }
  }
}
void decode_q2_0(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + 18 * (i / 64);
    values[i] = ((block[2 + i % 64 / 4] >> 2 * (i % 4) & 3) - 1) * float_from_half(read16(block));
  }
}

const Registration registrations[] = {
    {"iq4_nl", quantize_iq4_nl, decode_iq4_nl}, {"iq4_xs", quantize_iq4_xs, decode_iq4_xs},
    {"mxfp4", quantize_mxfp4, decode_mxfp4},    {"nvfp4", quantize_nvfp4, decode_nvfp4},
    {"tq1_0", quantize_tq1, decode_tq1},        {"tq2_0", quantize_tq2, decode_tq2},
    {"q1_0", quantize_q1, decode_q1},           {"q2_0", quantize_q2_0, decode_q2_0},
};

}  // namespace
}  // namespace nibble::reference
