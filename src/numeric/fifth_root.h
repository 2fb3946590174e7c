#pragma once
#include <cmath>

namespace nibble {

/// y^(1/5) for y >= 0, by Newton's method from a power of two: the same bits with every compiler and library.
inline double fifth_root(double y) {
  if (!(y > 0)) return 0;
  int exponent;
  const double mantissa = std::frexp(y, &exponent);  // 0.5 .. 1
  const int fifth = exponent / 5, rest = exponent % 5;
  const double scaled = std::ldexp(mantissa, rest);  // 2^-5 .. 2^4
  double root = 1;
  for (int i = 0; i < 12; ++i) {
    const double fourth = root * root * root * root;
    root -= (root * fourth - scaled) / (5 * fourth);
  }
  return std::ldexp(root, fifth);
}

}  // namespace nibble
