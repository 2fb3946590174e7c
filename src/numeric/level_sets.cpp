#include "numeric/level_sets.h"

#include <algorithm>
#include <cmath>

#include "numeric/value_tables.h"

namespace nibble {
namespace {

/// Both signs of the magnitudes, each value once.
std::vector<float> with_both_signs(std::vector<float> magnitudes) {
  const size_t count = magnitudes.size();
  for (size_t i = 0; i < count; ++i) {
    if (magnitudes[i] != 0) magnitudes.push_back(-magnitudes[i]);
  }
  std::sort(magnitudes.begin(), magnitudes.end());
  magnitudes.erase(std::unique(magnitudes.begin(), magnitudes.end()), magnitudes.end());
  return magnitudes;
}

}  // namespace

std::vector<float> integer_levels(int low, int high) {
  std::vector<float> levels;
  for (int level = low; level <= high; ++level) levels.push_back(static_cast<float>(level));
  return levels;
}

std::vector<float> float_levels(int exponent_bits, int mantissa_bits) {
  std::vector<float> magnitudes;
  const int fractions = 1 << mantissa_bits;
  for (int exponent = 0; exponent < 1 << exponent_bits; ++exponent) {
    for (int fraction = 0; fraction < fractions; ++fraction) {
      const double significand = (exponent == 0 ? 0.0 : 1.0) + static_cast<double>(fraction) / fractions;
      // The top exponent is 0, so that the widest range still fits a float.
      magnitudes.push_back(
          static_cast<float>(std::ldexp(significand, std::max(exponent, 1) - ((1 << exponent_bits) - 1))));
    }
  }
  return with_both_signs(std::move(magnitudes));
}

std::vector<float> dynamic_levels(int bits) {
  std::vector<float> magnitudes = {0};
  double power = 1;
  for (int zeros = 0; zeros <= bits - 2; ++zeros, power /= 10) {
    const int parts = 1 << (bits - 2 - zeros);
    for (int part = 0; part < parts; ++part) {
      magnitudes.push_back(static_cast<float>(power * (0.1 + 0.9 * (part + 0.5) / parts)));
    }
  }
  std::vector<float> levels = with_both_signs(std::move(magnitudes));
  levels.push_back(1);
  return levels;
}

double normal_quantile(double p) {
  // The distribution function is monotone: halving always ends at the place.
  double low = -40, high = 40;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

std::vector<float> normal_levels(int bits) {
  const int half = 1 << (bits - 1);
  const double codes = 2.0 * half;
  const double top = ((1 - 1 / (2 * codes)) + (1 - 1 / (2 * (codes - 1)))) / 2;
  const auto quantiles = [&](int steps, double sign, std::vector<float>& levels) {
    for (int i = 0; i < steps; ++i) {
      const double p = top + (0.5 - top) * i / steps;
      levels.push_back(static_cast<float>(sign * normal_quantile(p) / normal_quantile(top)));
    }
  };
  std::vector<float> levels = {0};
  quantiles(half, 1, levels);
  quantiles(half - 1, -1, levels);
  std::sort(levels.begin(), levels.end());
  return levels;
}

const std::vector<LevelPreset>& level_presets() {
  static const std::vector<LevelPreset> presets = [] {
    std::vector<float> fp4 = float_levels(2, 1), iq4(std::begin(iq4_values), std::end(iq4_values));
    for (float& level : fp4) level *= 4;  // so that the smallest is 0.5, as E2M1 has it
    return std::vector<LevelPreset>{
        {"nf4",
         "NF4",
         "Quantiles of a normal distribution (QLoRA), as bitsandbytes has them.",
         {nf4_levels.begin(), nf4_levels.end()}},
        {"fp4", "FP4 (E2M1)", "Every value of the 4-bit float E2M1.", std::move(fp4)},
        {"linear", "linear grid, -8 to 7", "The integers of Q4_0.", integer_levels(-8, 7)},
        {"hand", "made by hand", "Plus and minus 0.5, 1, 2, 3, 5, 10, 1000 and 1000000.",
         with_both_signs({0.5f, 1, 2, 3, 5, 10, 1000, 1000000})},
        {"iq4_nl", "IQ4_NL", "The sixteen levels of llama.cpp's IQ4_NL.", std::move(iq4)},
    };
  }();
  return presets;
}

}  // namespace nibble
