#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Lists of levels that k bits can name. All ascending and without duplicates, in units of the scale.
namespace nibble {

/// low, low + 1, ... high.
std::vector<float> integer_levels(int low, int high);

/// A sign, `exponent_bits` (at least 1) and `mantissa_bits`: (1 + m / 2^M) * 2^e, and for the lowest exponent m / 2^M
/// of that power, so that zero is among them. Every code is a number, as in the OCP formats FP4 (E2M1) and FP6: no
/// infinity, no NaN. The bias is left to the scale.
std::vector<float> float_levels(int exponent_bits, int mantissa_bits);

/// Dynamic exponent: a sign; then e zeros and a one, which say that the value has the power of ten 10^-e; the bits
/// after the one choose one of 2^f equal parts of [0.1, 1], whose middle is the fraction. Of the two codes without a
/// one one is 0 and the other 1. (T. Dettmers, 8-Bit Approximations for Parallelism in Deep Learning, 2015; with the
/// middles as in bitsandbytes' dynamic map.)
std::vector<float> dynamic_levels(int bits);

/// NormalFloat: the quantiles of a normal distribution at equal distances in probability, 2^(bits-1) from 0.5 up to
/// p and 2^(bits-1) from 1 - p up to 0.5, with one zero, divided by the largest. p is the mean of 1 - 1/2^(bits+1) and
/// 1 - 1/(2^(bits+1) - 2): 0.9677083 for four bits, which gives NF4. (T. Dettmers et al., QLoRA: Efficient Finetuning
/// of Quantized LLMs, 2023, appendix E, and bitsandbytes' create_normal_map.)
std::vector<float> normal_levels(int bits);

/// The x below which a share p of a standard normal distribution lies; 0 < p < 1.
double normal_quantile(double p);

/// Sixteen levels to start a list of one's own from.
struct LevelPreset {
  std::string_view name, label;
  std::string_view source;  ///< where the list comes from, in words
  std::vector<float> levels;
};
const std::vector<LevelPreset>& level_presets();

}  // namespace nibble
