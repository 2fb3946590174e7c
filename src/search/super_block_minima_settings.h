#pragma once
#include <cstdint>

#include "numeric/kernel.h"

/// What the search for super-blocks with a scale and a minimum per run tries, for each number of levels.
///
/// Settings have n (weights per run), N (highest level), S (highest code of a scale or minimum) and its grids:
///   spans: T = (first_span + k * span_step) * 2^(8 - coarse_bits), k < span_count, levels = u * T;
///   shifts: (first_shift + k * shift_step) levels off the middle, k < shift_count (a multiple of 4);
///   lone_spans: the same for T of runs without negative weights, whose lowest level may best lie on zero;
///   fixed_bits: fraction of levels in step 3;
///   weight_steps: what the largest importance of a run becomes, so that no sum of products overflows;
///   multiples of the smallest d and dmin that reach every run (step 2), how often 3 and 4 run, and how many
///   scales the last round tries for each run (the others two).
namespace nibble::NIBBLE_TARGET {

struct Minima16Settings {
  static constexpr int n = 32, N = 15, S = 63, weight_steps = 511;
  static constexpr int first_span = 100, span_step = 4, span_count = 8, coarse_bits = 11, fixed_bits = 10;
  static constexpr float first_shift = -0.36f, shift_step = 0.24f;
  static constexpr int shift_count = 4;
  static constexpr int lone_spans[8] = {96, 102, 108, 112, 116, 124, 128, 132};
  static constexpr int scale_count = 12, minimum_count = 8, kept_scales = 4;
  static constexpr float first_multiple = 0.985f, scale_step = 0.0068f, minimum_step = 0.0107f;
  static constexpr int rounds = 1, last_codes = 2;
};
struct Minima32Settings {
  static constexpr int n = 32, N = 31, S = 63, weight_steps = 255;
  static constexpr int first_span = 112, span_step = 4, span_count = 7, coarse_bits = 10, fixed_bits = 9;
  static constexpr float first_shift = -0.42f, shift_step = 0.12f;
  static constexpr int shift_count = 8;
  static constexpr int lone_spans[8] = {108, 112, 115, 118, 121, 127, 130, 134};
  static constexpr int scale_count = 12, minimum_count = 8, kept_scales = 6;
  static constexpr float first_multiple = 0.985f, scale_step = 0.0068f, minimum_step = 0.0107f;
  static constexpr int rounds = 2, last_codes = 4;
};
struct Minima4Settings {
  static constexpr int n = 16, N = 3, S = 15, weight_steps = 2047;
  static constexpr int first_span = 32, span_step = 4, span_count = 8, coarse_bits = 12, fixed_bits = 12;
  static constexpr float first_shift = -0.375f, shift_step = 0.25f;
  static constexpr int shift_count = 4;
  static constexpr int lone_spans[8] = {16, 22, 28, 36, 42, 54, 60, 66};
  static constexpr int scale_count = 12, minimum_count = 8, kept_scales = 4;
  static constexpr float first_multiple = 0.92f, scale_step = 0.0436f, minimum_step = 0.0685f;
  static constexpr int rounds = 2, last_codes = 4;
};

template <class Settings>
struct SpanTables {
  // Per span: what one step of u (of 2^-10) counts in fractions of a level, and what is added before the shift is taken
  // off again; per shift: what is taken off. Eight copies each, as a vector.
  alignas(16) int16_t span[Settings::span_count][8], bias[Settings::span_count][8];
  alignas(16) int16_t less[Settings::span_count][Settings::shift_count][8];
  constexpr SpanTables() : span{}, bias{}, less{} {
    constexpr float one = 1 << Settings::coarse_bits;
    for (int t = 0; t < Settings::span_count; ++t) {
      const int quarters = Settings::first_span + t * Settings::span_step;
      const float T = static_cast<float>(quarters) * 256.0f / one;
      // floor(u T + middle + shift + 1/2): the largest sum first, so that only unsigned differences are left.
      const float middle = (static_cast<float>(Settings::N) - T) / 2.0f + 0.5f;
      const float most =
          middle + Settings::first_shift + Settings::shift_step * static_cast<float>(Settings::shift_count - 1);
      const float added = most > 0.0f ? most : 0.0f;
      for (int lane = 0; lane < 8; ++lane) {
        span[t][lane] = static_cast<int16_t>(quarters / 4);
        bias[t][lane] = static_cast<int16_t>(added * one);
      }
      for (int k = 0; k < Settings::shift_count; ++k) {
        const float shift = middle + Settings::first_shift + Settings::shift_step * static_cast<float>(k);
        for (int lane = 0; lane < 8; ++lane) less[t][k][lane] = static_cast<int16_t>((added - shift) * one);
      }
    }
  }
};
template <class Settings>
constexpr SpanTables<Settings> span_tables;

}  // namespace nibble::NIBBLE_TARGET
