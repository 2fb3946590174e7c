#pragma once
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

/// Rows that quantizers get wrong: every comparison of kernels with references runs over all of them.
namespace nibble::testing {

/// A small generator whose sequence is the same with every compiler (xorshift64*), as long as no expression asks it
/// twice in an order that the language leaves open.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  uint32_t bits() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<uint32_t>(state_ * 0x2545F4914F6CDD1Du >> 32);
  }
  uint32_t below(uint32_t n) { return bits() % n; }
  float uniform() { return static_cast<float>(bits() >> 8) * 0x1p-24f; }  // [0, 1)
  float sign() { return bits() & 1 ? 1.0f : -1.0f; }
  /// Close to normal, sigma 1, within +-6.
  float gauss() {
    float sum = -6.0f;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  uint64_t state_;
};

using Fill = void (*)(Random&, float* x, size_t n);

inline void gauss(Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 0.05f * random.gauss();
}
/// Values half way between the codes of some common scale, with the scale's extreme present in most blocks.
inline void ties(Random& random, float* x, size_t n) {
  constexpr int levels[] = {1, 2, 4, 7, 8, 15, 16, 31, 32, 127};
  for (size_t begin = 0; begin < n; begin += 32) {
    const int top = levels[random.below(10)];
    const int exponent = static_cast<int>(random.below(12)) - 10;
    const float step = std::ldexp(1.0f + 0.25f * random.below(4), exponent);
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) {
      x[i] = 0.5f * step * (static_cast<int>(random.below(4 * top + 1)) - 2 * top);
    }
    x[begin + random.below(32) % (n - begin)] = random.sign() * step * top;
  }
}
/// Ties moved by one unit in the last place, up or down: a fused or reordered operation shows here.
inline void near_ties(Random& random, float* x, size_t n) {
  ties(random, x, n);
  for (size_t i = 0; i < n; ++i) x[i] = std::nextafter(x[i], random.sign() * FLT_MAX);
}
/// The largest magnitude occurs several times with both signs: the first one decides.
inline void equal_maxima(Random& random, float* x, size_t n) {
  gauss(random, x, n);
  for (size_t begin = 0; begin < n; begin += 16) {
    for (int k = 0; k < 4; ++k) x[begin + random.below(16) % (n - begin)] = random.sign() * 0.5f;
  }
}
/// Beside the largest magnitude, weights of the other sign where the shorter end of a grid around zero begins to cut
/// off.
inline void at_the_shorter_end(Random& random, float* x, size_t n) {
  gauss(random, x, n);
  constexpr int tops[] = {4, 8, 16, 32};
  for (size_t begin = 0; begin < n; begin += 16) {
    const int top = tops[random.below(4)];
    const float largest = random.sign() * 0.5f;
    x[begin + random.below(16) % (n - begin)] = largest;
    for (int k = 0; k < 3; ++k) {
      const float tenths = 0.1f * (static_cast<int>(random.below(19)) - 9);
      const float edge = -largest * (top - 0.5f) / (top + tenths);
      x[begin + random.below(16) % (n - begin)] = random.below(2) ? edge : std::nextafter(edge, random.sign());
    }
  }
}
inline void zeros(Random&, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 0.0f;
}
inline void negative_zeros(Random&, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = -0.0f;
}
/// Zeros of both signs among weights of one sign, so that a zero is an extreme of the block; some blocks have only
/// zeros.
inline void mixed_zeros(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const float sign = static_cast<float>(static_cast<int>(random.below(3)) - 1);
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) {
      x[i] = random.below(3) == 0 ? sign * random.uniform() : random.sign() * 0.0f;
    }
  }
}
/// Whole sub-blocks of zeros between ordinary ones.
inline void zero_runs(Random& random, float* x, size_t n) {
  gauss(random, x, n);
  for (size_t begin = 0; begin < n; begin += 16) {
    if (random.below(3) == 0) zeros(random, x + begin, std::min<size_t>(16, n - begin));
  }
}
/// Subnormal numbers down to a few units, where a scale's inverse overflows.
inline void subnormals(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const uint32_t width = 1 + random.below(23);
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) {
      const float sign = random.sign();
      x[i] = sign * std::ldexp(static_cast<float>(random.below(1u << width)), -149);
    }
  }
}
/// Around the smallest normal numbers and the smallest scales a half can store.
inline void tiny(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const int exponent =
        random.below(2) ? -126 + static_cast<int>(random.below(12)) : -30 + static_cast<int>(random.below(12));
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) x[i] = std::ldexp(random.gauss(), exponent);
  }
}
/// Finite, but squares, sums and differences overflow.
inline void huge(Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const float sign = random.sign();
    x[i] = sign * FLT_MAX * (random.below(8) == 0 ? 1.0f : random.uniform());
  }
}
/// Scales near the largest half.
inline void large(Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 60000.0f * random.gauss();
}
inline void one_outlier(Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = 0.001f * random.gauss();
  for (size_t begin = 0; begin < n; begin += 32) x[begin + random.below(32) % (n - begin)] = random.sign() * 50.0f;
}
inline void all_equal(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const float value = 0.1f * random.gauss();
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) x[i] = value;
  }
}
inline void one_sign(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const float sign = random.sign();
    for (size_t i = begin; i < std::min(n, begin + 32); ++i) x[i] = sign * (0.5f + random.uniform());
  }
}
/// A coarse grid: few distinct values, many equal ones.
inline void coarse(Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = std::nearbyint(3.0f * random.gauss()) * 0.015625f;
}

struct Generator {
  const char* name;
  Fill fill;
};

constexpr Generator plain_generators[] = {
    {"gauss", gauss},
    {"ties", ties},
    {"near ties", near_ties},
    {"equal maxima", equal_maxima},
    {"at the shorter end", at_the_shorter_end},
    {"zeros", zeros},
    {"negative zeros", negative_zeros},
    {"mixed zeros", mixed_zeros},
    {"zero runs", zero_runs},
    {"subnormals", subnormals},
    {"tiny", tiny},
    {"huge", huge},
    {"large", large},
    {"one outlier", one_outlier},
    {"all equal", all_equal},
    {"one sign", one_sign},
    {"coarse", coarse},
};

/// Each run of 32 weights from another generator: neighbouring blocks, and sub-blocks of a super-block, differ in kind.
inline void mixed(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    plain_generators[random.below(std::size(plain_generators))].fill(random, x + begin,
                                                                     std::min<size_t>(32, n - begin));
  }
}
/// The same without the generators whose squares overflow, which would spoil every row-wide or block-wide sum.
inline void mixed_moderate(Random& random, float* x, size_t n) {
  for (size_t begin = 0; begin < n; begin += 32) {
    const Generator* chosen;
    do chosen = &plain_generators[random.below(std::size(plain_generators))];
    while (chosen->fill == huge || chosen->fill == large);
    chosen->fill(random, x + begin, std::min<size_t>(32, n - begin));
  }
}

inline std::vector<Generator> generators() {
  std::vector<Generator> list(std::begin(plain_generators), std::end(plain_generators));
  list.push_back({"mixed", mixed});
  list.push_back({"mixed moderate", mixed_moderate});
  return list;
}

/// Importance rows. The first entry stands for none.
constexpr Generator importance_generators[] = {
    {"no importance", nullptr},
    {"uniform with zeros",
     [](Random& random, float* q, size_t n) {
       for (size_t i = 0; i < n; ++i) q[i] = random.below(8) == 0 ? 0.0f : 4.0f * random.uniform();
     }},
    {"wide",
     [](Random& random, float* q, size_t n) {
       for (size_t i = 0; i < n; ++i) {
         const int exponent = static_cast<int>(random.below(60)) - 30;
         q[i] = std::ldexp(random.uniform(), exponent);
       }
     }},
    {"all one",
     [](Random&, float* q, size_t n) {
       for (size_t i = 0; i < n; ++i) q[i] = 1.0f;
     }},
    {"mostly zero",
     [](Random& random, float* q, size_t n) {
       for (size_t i = 0; i < n; ++i) q[i] = random.below(24) == 0 ? 1.0f : 0.0f;
     }},
    {"zero",
     [](Random&, float* q, size_t n) {
       for (size_t i = 0; i < n; ++i) q[i] = 0.0f;
     }},
};

}  // namespace nibble::testing
