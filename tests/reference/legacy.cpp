// f32, f16, bf16 and the five formats with one scale per 32 weights.
#include <cfloat>

#include "reference/reference.h"
#include "reference/searches.h"

namespace nibble::reference {
namespace {

void quantize_f32(const float* row, uint8_t* blocks, size_t length, const float*) {
  std::memcpy(blocks, row, 4 * length);
}
void decode_f32(const uint8_t* blocks, float* values, size_t length) { std::memcpy(values, blocks, 4 * length); }

void quantize_f16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) write16(blocks + 2 * i, half_from_float(row[i]));
}
void decode_f16(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) values[i] = float_from_half(read16(blocks + 2 * i));
}

void quantize_bf16(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t i = 0; i < length; ++i) write16(blocks + 2 * i, bfloat_from_float(row[i]));
}
void decode_bf16(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) values[i] = float_from_bfloat(read16(blocks + 2 * i));
}

/// A minifloat from its definition: sign, exponent, fraction.
float minifloat(uint8_t byte, int exponent_bits, int bias) {
  const int fraction_bits = 7 - exponent_bits;
  const int exponent = byte >> fraction_bits & ((1 << exponent_bits) - 1), fraction = byte & ((1 << fraction_bits) - 1);
  const double size = exponent == 0 ? std::ldexp(fraction, 1 - bias - fraction_bits)
                                    : std::ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
  return static_cast<float>(std::copysign(size, byte & 0x80 ? -1.0 : 1.0));
}
void decode_f8_e4m3(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) values[i] = (blocks[i] & 0x7F) == 0x7F ? NAN : minifloat(blocks[i], 4, 7);
}
void decode_f8_e5m2(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t size = blocks[i] & 0x7F;
    values[i] = size > 0x7C    ? NAN
                : size == 0x7C ? std::copysign(INFINITY, blocks[i] & 0x80 ? -1.0f : 1.0f)
                               : minifloat(blocks[i], 5, 15);
  }
}
void decode_f64(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    double value;
    std::memcpy(&value, blocks + 8 * i, 8);
    values[i] = static_cast<float>(value);
  }
}

/// A block of 32 codes of `bits` bits (4 or 5), with or without a stored minimum.
struct Layout {
  int bits;
  bool has_minimum;
  int high_at() const { return has_minimum ? 4 : 2; }
  int low_at() const { return high_at() + (bits == 5 ? 4 : 0); }
  int bytes() const { return low_at() + 16; }

  void put(uint8_t* block, int j, int code) const {
    uint8_t& low = block[low_at() + j % 16];
    low = static_cast<uint8_t>(low | (code & 15) << (j < 16 ? 0 : 4));
    if (bits == 5 && (code & 16)) block[high_at() + j / 8] |= static_cast<uint8_t>(1 << j % 8);
  }
  int get(const uint8_t* block, int j) const {
    const int low = block[low_at() + j % 16] >> (j < 16 ? 0 : 4) & 15;
    return low + (bits == 5 && (block[high_at() + j / 8] >> j % 8 & 1) ? 16 : 0);
  }
};

template <int Bits, bool HasMinimum>
void decode_codes(const uint8_t* blocks, float* values, size_t length) {
  constexpr Layout layout{Bits, HasMinimum};
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + i / 32 * layout.bytes();
    const float d = float_from_half(read16(block));
    const float code = static_cast<float>(layout.get(block, static_cast<int>(i % 32)));
    values[i] = HasMinimum ? code * d + float_from_half(read16(block + 2)) : (code - (1 << (Bits - 1))) * d;
  }
}

/// q4_0, q5_0.
template <int Bits>
void quantize_symmetric(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  constexpr Layout layout{Bits, false};
  constexpr int N = 1 << (Bits - 1);
  const float sigma2 = sum_of_squares(row, length) / static_cast<float>(length);
  for (size_t b = 0; b < length / 32; ++b) {
    const float* x = row + 32 * b;
    uint8_t* block = blocks + b * layout.bytes();
    std::memset(block, 0, layout.bytes());
    int codes[32];
    float d;
    if (importance) {
      const std::vector<float> w = importance_weights(32, x, importance + 32 * b, sigma2);
      d = search_symmetric(32, N, x, w.data(), codes);
    } else {
      float max = 0;
      for (int j = 0; j < 32; ++j) {
        if (std::fabs(x[j]) > std::fabs(max)) max = x[j];
      }
      d = max / -N;
      const float inverse = d != 0 ? 1 / d : 0.0f;
      for (int j = 0; j < 32; ++j) {
        const int code = static_cast<int8_t>(low_byte_of_truncated(x[j] * inverse + (N + 0.5f)));
        codes[j] = code < 2 * N - 1 ? code : 2 * N - 1;
      }
      // A block of zeros has a scale of -0, because the largest weight starts as +0 and is divided by -N.
    }
    write16(block, half_from_float(d));
    for (int j = 0; j < 32; ++j) layout.put(block, j, codes[j]);
  }
}

/// q4_1, q5_1.
template <int Bits>
void quantize_affine(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  constexpr Layout layout{Bits, true};
  constexpr int N = (1 << Bits) - 1;
  const float sigma2 = sum_of_squares(row, length) / static_cast<float>(length);
  for (size_t b = 0; b < length / 32; ++b) {
    const float* x = row + 32 * b;
    uint8_t* block = blocks + b * layout.bytes();
    std::memset(block, 0, layout.bytes());
    int codes[32];
    float d, minimum;
    if (importance) {
      const std::vector<float> w = importance_weights(32, x, importance + 32 * b, sigma2);
      const AffineFit fit = search_affine(32, N, x, w.data(), -0.9f, 0.05f, 36, false, codes);
      d = fit.scale;
      minimum = -fit.minimum;
    } else {
      float max = -FLT_MAX;
      minimum = FLT_MAX;
      for (int j = 0; j < 32; ++j) {
        if (x[j] < minimum) minimum = x[j];
        if (x[j] > max) max = x[j];
      }
      d = (max - minimum) / N;
      const float inverse = d != 0 ? 1 / d : 0.0f;
      for (int j = 0; j < 32; ++j) {
        const uint8_t code = low_byte_of_truncated((x[j] - minimum) * inverse + 0.5f);
        codes[j] = Bits == 5 ? code : static_cast<int8_t>(code) < N ? static_cast<int8_t>(code) : N;
      }
    }
    write16(block, half_from_float(d));
    write16(block + 2, half_from_float(minimum));
    for (int j = 0; j < 32; ++j) layout.put(block, j, codes[j]);
  }
}

void quantize_q8_0(const float* row, uint8_t* blocks, size_t length, const float*) {
  for (size_t b = 0; b < length / 32; ++b) {
    const float* x = row + 32 * b;
    uint8_t* block = blocks + 34 * b;
    float amax = 0;
    for (int j = 0; j < 32; ++j) amax = std::fabs(x[j]) > amax ? std::fabs(x[j]) : amax;
    const float d = amax / 127;
    const float inverse = d != 0 ? 1 / d : 0.0f;
    write16(block, half_from_float(d));
    for (int j = 0; j < 32; ++j) {
      // Half away from zero: in f64 adding a half to an f32 of this size is exact.
      const double v = x[j] * inverse;
      const double rounded = std::isfinite(v) && std::fabs(v) < 1e6 ? std::trunc(v + (v < 0 ? -0.5 : 0.5)) : v;
      block[2 + j] = low_byte_of_truncated(static_cast<float>(rounded));
    }
  }
}
void decode_q8_0(const uint8_t* blocks, float* values, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const uint8_t* block = blocks + i / 32 * 34;
    const int code = block[2 + i % 32] < 128 ? block[2 + i % 32] : block[2 + i % 32] - 256;
    values[i] = static_cast<float>(code) * float_from_half(read16(block));
  }
}

const Registration registrations[] = {
    {"f32", quantize_f32, decode_f32},
    {"f16", quantize_f16, decode_f16},
    {"bf16", quantize_bf16, decode_bf16},
    {"f64", nullptr, decode_f64},
    {"f8_e4m3", nullptr, decode_f8_e4m3},
    {"f8_e5m2", nullptr, decode_f8_e5m2},
    {"q4_0", quantize_symmetric<4>, decode_codes<4, false>},
    {"q5_0", quantize_symmetric<5>, decode_codes<5, false>},
    {"q4_1", quantize_affine<4>, decode_codes<4, true>},
    {"q5_1", quantize_affine<5>, decode_codes<5, true>},
    {"q8_0", quantize_q8_0, decode_q8_0},
};

}  // namespace
}  // namespace nibble::reference
