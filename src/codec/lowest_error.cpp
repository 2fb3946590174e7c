#include "codec/lowest_error.h"

#include <cstring>
#include <vector>

#include "codec/k_quants.h"
#include "codec/scale_search.h"
#include "formats/list.h"
#include "search/lowest_error.h"

namespace nibble {
namespace {

using namespace lowest_error;

/// Loads lane_count<V> runs of n weights and what their errors count.
template <int n, class V>
struct Runs {
  const float* x;
  const float* importance;
  void operator()(int run, V* values, V* weights) const {
    load_lanes<n>(x + n * run, n, values);
    if (importance) {
      load_lanes<n>(importance + n * run, n, weights);
    } else {
      for (int i = 0; i < n; ++i) weights[i] = V(1.0f);
    }
  }
};

/// How each format searches: the grids of step 1 and 2 and how often step 4 repeats.
template <class F>
struct Search;

template <int N_, int S_>
struct AffineKQuant {
  static constexpr int N = N_, S = S_;
};
template <>
struct Search<Q2_K> : AffineKQuant<3, 15> {
  static constexpr Steps range{1.9f, 0.3f, 8}, shift{-0.36f, 0.24f, 4};
  static constexpr Steps multiples{0.92f, 0.0436f, 12}, minimum_multiples{0.92f, 0.0685f, 8};
  static constexpr int rounds = 3;
};
template <>
struct Search<Q4_K> : AffineKQuant<15, 63> {
  static constexpr Steps range{12.4f, 0.65f, 8}, shift{-0.36f, 0.24f, 4};
  static constexpr Steps multiples{0.985f, 0.0068f, 12}, minimum_multiples{0.985f, 0.0107f, 8};
  static constexpr int rounds = 2;
};
template <>
struct Search<Q5_K> : AffineKQuant<31, 63> {
  static constexpr Steps range{27.5f, 0.78f, 10}, shift{-0.45f, 0.18f, 6};
  static constexpr Steps multiples{0.985f, 0.0068f, 12}, minimum_multiples{0.985f, 0.0107f, 8};
  static constexpr int rounds = 2;
};
template <>
struct Search<Q3_K> {
  using Grid = EvenLevels<-4, 3>;
  static constexpr int S = 32, rounds = 2;
  static constexpr Steps divisors{2.9f, 0.3f, 8}, negative_divisors{2.9f, 0.3f, 8}, multiples{0.95f, 0.0109f, 24};
};
template <>
struct Search<Q6_K> {
  using Grid = EvenLevels<-32, 31>;
  static constexpr int S = 128, rounds = 2;
  static constexpr Steps divisors{26.5f, 0.6f, 16}, negative_divisors{26.5f, 0.6f, 16}, multiples{0.985f, 0.005f, 24};
};
template <>
struct Search<IQ4_XS> {
  using Grid = Iq4Levels;
  static constexpr int S = 32, rounds = 2;
  static constexpr Steps divisors{96.0f, 4.2f, 8}, negative_divisors{108.0f, 4.6f, 8}, multiples{0.95f, 0.0109f, 24};
};

// The formats of 32 weights store what step 1 finds, rounded to half floats.
template <>
struct Search<Q4_1> {
  static constexpr int N = 15;
  static constexpr Steps range{11.6f, 0.41f, 16}, shift{-0.45f, 0.128f, 8};
};
template <>
struct Search<Q5_1> {
  static constexpr int N = 31;
  static constexpr Steps range{26.5f, 0.5f, 18}, shift{-0.45f, 0.128f, 8};
};
template <>
struct Search<Q8_0> {
  using Grid = EvenLevels<-128, 127>;
  static constexpr Steps divisors{115.0f, 0.34f, 48}, negative_divisors{115.0f, 0.34f, 48};
};
template <>
struct Search<IQ4_NL> {
  using Grid = Iq4Levels;
  static constexpr Steps divisors{96.0f, 4.2f, 8}, negative_divisors{108.0f, 4.6f, 8};
};

void encode_affine(const AffineStored<16>& stored, const uint8_t* codes, uint8_t* block, Q2_K*) {
  uint8_t packed[16];
  for (int j = 0; j < 16; ++j) {
    packed[j] = static_cast<uint8_t>(static_cast<int>(stored.scale[j]) | static_cast<int>(stored.minimum[j]) << 4);
  }
  Q2_K::encode(f16_from_f32(stored.d), f16_from_f32(stored.dmin), packed, codes, block);
}
template <class F>
void encode_affine(const AffineStored<8>& stored, const uint8_t* codes, uint8_t* block, F*) {
  uint8_t scales[8], minima[8], packed[12];
  for (int j = 0; j < 8; ++j) {
    scales[j] = static_cast<uint8_t>(stored.scale[j]);
    minima[j] = static_cast<uint8_t>(stored.minimum[j]);
  }
  pack_scales_and_minima(scales, minima, packed);
  F::encode(f16_from_f32(stored.d), f16_from_f32(stored.dmin), packed, codes, block);
}

template <class F, class V>
void affine_block(const float* x, uint8_t* block, const float* importance) {
  constexpr int n = F::scale_length, count = F::block_length / n, N = Search<F>::N;
  const Runs<n, V> runs{x, importance};
  AffineFits<count> fits;
  for (int run = 0; run < count; run += lane_count<V>) {
    V values[n], weights[n];
    runs(run, values, weights);
    fit_affine_runs<n, N, true>(values, weights, Search<F>::range, Search<F>::shift, run, fits);
  }
  const AffineStored<count> stored = fit_affine_block<n, N, Search<F>::S, count, V>(
      fits, Search<F>::multiples, Search<F>::minimum_multiples, Search<F>::rounds, runs);
  uint8_t codes[super_block] = {};
  for (int j = 0; j < count; ++j) {
    round_to_grid<n, V>(x + n * j, stored.d * stored.scale[j], stored.dmin * stored.minimum[j], 0, N, codes + n * j);
  }
  encode_affine(stored, codes, block, static_cast<F*>(nullptr));
}

/// x / step, or 0 where there is none: sums of huge weights overflow, and such a block is not kept.
float quotient(float x, float step) {
  const float ratio = step != 0 ? x / step : 0.0f;
  return ratio == ratio ? ratio : 0.0f;
}

/// The codes of a symmetric super-block: the level nearest to x / step.
template <class F, class V>
void symmetric_block(const float* x, uint8_t* block, const float* importance) {
  constexpr int n = F::scale_length, count = F::block_length / n;
  using Grid = typename Search<F>::Grid;
  const Runs<n, V> runs{x, importance};
  SymmetricFits<count> fits;
  for (int run = 0; run < count; run += lane_count<V>) {
    V values[n], weights[n];
    runs(run, values, weights);
    fit_symmetric_runs<n, Grid>(values, weights, Search<F>::divisors, Search<F>::negative_divisors, run, fits);
  }
  const SymmetricStored<count> stored = fit_symmetric_block<n, Grid, Search<F>::S, count, V>(
      fits, Search<F>::multiples, Search<F>::rounds, runs);
  uint8_t codes[super_block];
  for (int j = 0; j < count; ++j) {
    const float step = stored.d * stored.scale[j];
    for (int i = 0; i < n; ++i) {
      const float y = quotient(x[n * j + i], step);
      if constexpr (std::is_same_v<F, IQ4_XS>) {
        codes[n * j + i] = static_cast<uint8_t>(nearest_iq4_code(y));
      } else {
        codes[n * j + i] = static_cast<uint8_t>(static_cast<int>(Grid::nearest(y)) + static_cast<int>(Grid::longest));
      }
    }
  }
  if constexpr (std::is_same_v<F, Q6_K>) {
    int8_t scales[count];
    for (int j = 0; j < count; ++j) scales[j] = static_cast<int8_t>(stored.scale[j]);
    F::encode(f16_from_f32(stored.d), scales, codes, block);
  } else {
    uint8_t scales[count];
    for (int j = 0; j < count; ++j) scales[j] = static_cast<uint8_t>(static_cast<int>(stored.scale[j]) + Search<F>::S);
    F::encode(f16_from_f32(stored.d), scales, codes, block);
  }
}

/// lane_count<V> blocks of 32 weights with a scale and a minimum.
template <class F, class V>
void affine_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int n = 32, lanes = lane_count<V>;
  V values[n], weights[n];
  Runs<n, V>{x, importance}(0, values, weights);
  AffineFits<lanes> fits;
  fit_affine_runs<n, Search<F>::N, false>(values, weights, Search<F>::range, Search<F>::shift, 0, fits);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(fits.scale[b]), m = f16_from_f32(fits.offset[b]);
    uint8_t codes[n] = {};
    round_to_grid<n, V>(x + n * b, f32_from_f16(d), -f32_from_f16(m), 0, Search<F>::N, codes);
    F::encode(d, m, codes, blocks + F::block_bytes * b);
  }
}

/// lane_count<V> blocks of 32 weights with a scale.
template <class F, class V>
void symmetric_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int n = 32, lanes = lane_count<V>;
  using Grid = typename Search<F>::Grid;
  V values[n], weights[n];
  Runs<n, V>{x, importance}(0, values, weights);
  SymmetricFits<lanes> fits;
  fit_symmetric_runs<n, Grid>(values, weights, Search<F>::divisors, Search<F>::negative_divisors, 0, fits);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(fits.scale[b]);
    if constexpr (std::is_same_v<F, Q8_0>) {
      int8_t codes[n];
      for (int i = 0; i < n; ++i) codes[i] = static_cast<int8_t>(Grid::nearest(quotient(x[n * b + i], f32_from_f16(d))));
      F::encode(d, codes, blocks + F::block_bytes * b);
    } else {
      uint8_t codes[n];
      for (int i = 0; i < n; ++i) codes[i] = static_cast<uint8_t>(nearest_iq4_code(quotient(x[n * b + i], f32_from_f16(d))));
      F::encode(d, codes, blocks + F::block_bytes * b);
    }
  }
}

/// sum w (x - decoded)^2 of one block.
template <class F>
double block_error(const float* x, const uint8_t* block, const float* importance) {
  float decoded[F::block_length];
  F::decode(block, decoded);
  double error = 0;
  for (size_t i = 0; i < F::block_length; ++i) {
    const double off = static_cast<double>(x[i]) - decoded[i];
    error += (importance ? importance[i] : 1.0) * off * off;
  }
  return error;
}

/// Writes what llama.cpp writes, then every block that `improve` makes better. `improve` takes `together` blocks at once.
template <class F, Kernel kernel, int together, class Improve, class ImproveOne>
void quantize_guarded(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve,
                      ImproveOne&& improve_one) {
  find_quantizer(F::type, llama_cpp, kernel)->run(row, blocks, length, importance);
  uint8_t trial[together * F::block_bytes];
  size_t left = length / F::block_length;
  while (left > 0) {
    const size_t count = left >= together ? together : 1;
    if (count == together) {
      improve(row, trial, importance);
    } else {
      improve_one(row, trial, importance);
    }
    for (size_t b = 0; b < count; ++b, row += F::block_length, blocks += F::block_bytes) {
      const uint8_t* better = trial + b * F::block_bytes;
      if (F::valid(better) && block_error<F>(row, better, importance) < block_error<F>(row, blocks, importance)) {
        std::memcpy(blocks, better, F::block_bytes);
      }
      if (importance) importance += F::block_length;
    }
    left -= count;
  }
}

template <class F, Kernel kernel, class V>
void quantize_affine(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel, 1>(row, blocks, length, importance, affine_block<F, V>, affine_block<F, V>);
}
template <class F, Kernel kernel, class V>
void quantize_symmetric(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel, 1>(row, blocks, length, importance, symmetric_block<F, V>, symmetric_block<F, V>);
}

template <class F, Kernel kernel, class V>
void quantize_affine_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel, lane_count<V>>(row, blocks, length, importance, affine_blocks_of_32<F, V>,
                                             affine_blocks_of_32<F, float>);
}
template <class F, Kernel kernel, class V>
void quantize_symmetric_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel, lane_count<V>>(row, blocks, length, importance, symmetric_blocks_of_32<F, V>,
                                             symmetric_blocks_of_32<F, float>);
}

/// Where one scale per block is all there is to choose, the exact search has the lowest error.
template <class F, Kernel kernel, class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const QuantizeRow exact = find_quantizer(F::type, exact_method, kernel)->run;
  const auto improve = [exact](const float* x, uint8_t* block, const float* weights) {
    exact(x, block, F::block_length, weights);
  };
  quantize_guarded<F, kernel, 1>(row, blocks, length, importance, improve, improve);
}

#if NIBBLE_SIMD
#define BOTH_KERNELS(function, F)                                                 \
  {{lowest_error_method, Kernel::scalar, function<F, Kernel::scalar, float>},     \
   {lowest_error_method, Kernel::simd, function<F, Kernel::simd, Float4>}}
#else
#define BOTH_KERNELS(function, F) {{lowest_error_method, Kernel::scalar, function<F, Kernel::scalar, float>}}
#endif

}  // namespace

std::vector<Quantizer> lowest_error_quantizers(Type type) {
  switch (type) {
    case Type::q4_0: return BOTH_KERNELS(quantize_exactly, Q4_0);
    case Type::q5_0: return BOTH_KERNELS(quantize_exactly, Q5_0);
    case Type::mxfp4: return BOTH_KERNELS(quantize_exactly, MXFP4);
    case Type::nvfp4: return BOTH_KERNELS(quantize_exactly, NVFP4);
    case Type::q8_0: return BOTH_KERNELS(quantize_symmetric_32, Q8_0);
    case Type::iq4_nl: return BOTH_KERNELS(quantize_symmetric_32, IQ4_NL);
    case Type::q4_1: return BOTH_KERNELS(quantize_affine_32, Q4_1);
    case Type::q5_1: return BOTH_KERNELS(quantize_affine_32, Q5_1);
    case Type::q2_K: return BOTH_KERNELS(quantize_affine, Q2_K);
    case Type::q4_K: return BOTH_KERNELS(quantize_affine, Q4_K);
    case Type::q5_K: return BOTH_KERNELS(quantize_affine, Q5_K);
    case Type::q3_K: return BOTH_KERNELS(quantize_symmetric, Q3_K);
    case Type::q6_K: return BOTH_KERNELS(quantize_symmetric, Q6_K);
    case Type::iq4_xs: return BOTH_KERNELS(quantize_symmetric, IQ4_XS);
    default: return {};
  }
}

}  // namespace nibble
