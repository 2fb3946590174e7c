#include "codec/lowest_error.h"

#include <cstring>
#include <vector>

#include "codec/k_quants.h"
#include "codec/scale_search.h"
#include "formats/list.h"
#include "search/exact_integers.h"
#include "search/lowest_error.h"
#include "search/super_block_fits.h"

namespace nibble {
namespace {

using namespace lowest_error;

#if NIBBLE_SIMD
#define NIBBLE_OF_KERNEL(name) (kernel == Kernel::simd ? super_block_fits_simd::name : super_block_fits_scalar::name)
#else
#define NIBBLE_OF_KERNEL(name) super_block_fits_scalar::name
#endif

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
// Weighted only: the exact search is fast where all weights count the same.
template <>
struct Search<Q4_0> {
  using Grid = EvenLevels<-8, 7>;
  static constexpr Steps divisors{5.0f, 0.3f, 24}, negative_divisors{5.0f, 0.3f, 24};
};
template <>
struct Search<Q5_0> {
  using Grid = EvenLevels<-16, 15>;
  static constexpr Steps divisors{10.6f, 0.3f, 28}, negative_divisors{10.6f, 0.3f, 28};
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
bool affine_block(const float* x, uint8_t* block, const float* importance) {
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
  return true;
}

/// x / step, or 0 where there is none: sums of huge weights overflow, and such a block is not kept.
float quotient(float x, float step) {
  const float ratio = step != 0 ? x / step : 0.0f;
  return ratio == ratio ? ratio : 0.0f;
}

/// The codes of a symmetric super-block: the level nearest to x / step.
template <class F, class V>
bool symmetric_block(const float* x, uint8_t* block, const float* importance) {
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
  return true;
}

/// lane_count<V> blocks of 32 weights with a scale and a minimum.
template <class F, class V>
bool affine_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
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
  return true;
}

/// lane_count<V> blocks of 32 weights with a scale.
template <class F, class V>
bool symmetric_blocks_of_32(const float* x, uint8_t* blocks, const float* importance) {
  constexpr int n = 32, lanes = lane_count<V>;
  using Grid = typename Search<F>::Grid;
  V values[n], weights[n];
  Runs<n, V>{x, importance}(0, values, weights);
  SymmetricFits<lanes> fits;
  fit_symmetric_runs<n, Grid>(values, weights, Search<F>::divisors, Search<F>::negative_divisors, 0, fits);
  for (int b = 0; b < lanes; ++b) {
    const uint16_t d = f16_from_f32(fits.scale[b]);
    uint8_t codes[n];
    for (int i = 0; i < n; ++i) {
      const float y = quotient(x[n * b + i], f32_from_f16(d));
      if constexpr (std::is_same_v<F, IQ4_NL>) {
        codes[i] = static_cast<uint8_t>(nearest_iq4_code(y));
      } else {
        codes[i] = static_cast<uint8_t>(static_cast<int>(Grid::nearest(y)) + static_cast<int>(Grid::longest));
      }
    }
    F::encode(d, codes, blocks + F::block_bytes * b);
  }
  return true;
}

/// sum w (x - decoded)^2, in double precision and in an order that does not depend on the kernel.
inline double exact_error(const float* x, const float* decoded, const float* importance, size_t length) {
  double sums[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < length; i += 4) {
    for (size_t k = 0; k < 4; ++k) {
      const double off = static_cast<double>(x[i + k]) - decoded[i + k];
      sums[k] += (importance ? importance[i + k] : 1.0) * off * off;
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The same in single precision: within 1e-4 of it, far more than n roundings can add up to, unless squares underflow.
template <size_t length, class V>
inline float rough_error(const float* x, const float* decoded, const float* importance) {
  V sum(0.0f);
  for (size_t i = 0; i < length; i += lane_count<V>) {
    const V off = load_run<V>(x + i) - load_run<V>(decoded + i);
    sum += importance ? load_run<V>(importance + i) * (off * off) : off * off;
  }
  float lanes[lane_count<V>], total = 0;
  store_run(sum, lanes);
  for (const float lane : lanes) total += lane;
  return total;
}

/// Whether decoded values are nearer to x than others. A difference that the order of summing could make does not count.
template <size_t length, class V>
inline bool is_better(const float* x, const float* decoded, const float* other, const float* importance) {
  const float error = rough_error<length, V>(x, decoded, importance), limit = rough_error<length, V>(x, other, importance);
  const auto normal = [](float v) { return v > 1e-25f && v < 1e37f; };
  if (normal(limit) && error < limit * 0.9999f) return true;
  if (normal(error) && error * 0.9999f > limit) return false;
  return exact_error(x, decoded, importance, length) < exact_error(x, other, importance, length) * (1 - 1e-13);
}

/// Writes what llama.cpp writes, then every block that `improve` makes better. `improve` takes `together` blocks at once
/// and says whether it has something to offer.
template <class F, Kernel kernel, class V, int together, class Improve, class ImproveOne>
void quantize_guarded(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve,
                      ImproveOne&& improve_one) {
  static const QuantizeRow plain = find_quantizer(F::type, llama_cpp, kernel)->run;
  static const DecodeBlocks decode = find_decoder(F::type, kernel)->run;
  constexpr size_t block_length = F::block_length, block_bytes = F::block_bytes;
  uint8_t trial[together * block_bytes];
  float decoded[together * block_length], plain_decoded[together * block_length];
  plain(row, blocks, length, importance);  // at once: weighted, some take statistics over the whole row
  size_t left = length / block_length;
  while (left > 0) {
    const size_t count = left >= together ? together : 1;
    if (count == together ? improve(row, trial, importance) : improve_one(row, trial, importance)) {
      decode(trial, decoded, count);
      decode(blocks, plain_decoded, count);
      for (size_t b = 0; b < count; ++b) {
        const uint8_t* better = trial + b * block_bytes;
        const size_t at = b * block_length;
        if (F::valid(better) && is_better<block_length, V>(row + at, decoded + at, plain_decoded + at,
                                                           importance ? importance + at : nullptr)) {
          std::memcpy(blocks + b * block_bytes, better, block_bytes);
        }
      }
    }
    row += count * block_length;
    blocks += count * block_bytes;
    if (importance) importance += count * block_length;
    left -= count;
  }
}

/// The integer search of a format (search/super_block_fits.h) for a kernel.
template <Kernel kernel>
constexpr auto integer_fit_of(const Q2_K*) { return NIBBLE_OF_KERNEL(q2_k); }
template <Kernel kernel>
constexpr auto integer_fit_of(const Q3_K*) { return NIBBLE_OF_KERNEL(q3_k); }
template <Kernel kernel>
constexpr auto integer_fit_of(const Q4_K*) { return NIBBLE_OF_KERNEL(q4_k); }
template <Kernel kernel>
constexpr auto integer_fit_of(const Q5_K*) { return NIBBLE_OF_KERNEL(q5_k); }
template <Kernel kernel>
constexpr auto integer_fit_of(const Q6_K*) { return NIBBLE_OF_KERNEL(q6_k); }

void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q2_K*) {
  uint8_t packed[16];
  for (int j = 0; j < 16; ++j) packed[j] = static_cast<uint8_t>(fit.scale[j] | fit.minimum[j] << 4);
  Q2_K::encode(fit.d, fit.dmin, packed, fit.levels, block);
}
void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q3_K*) {
  uint8_t scales[16];
  for (int j = 0; j < 16; ++j) scales[j] = static_cast<uint8_t>(fit.scale[j] + 32);
  Q3_K::encode(fit.d, scales, fit.levels, block);
}
void encode_fit(const SuperBlockFit& fit, uint8_t* block, Q6_K*) {
  int8_t scales[16];
  for (int j = 0; j < 16; ++j) scales[j] = static_cast<int8_t>(fit.scale[j]);
  Q6_K::encode(fit.d, scales, fit.levels, block);
}
template <class F>
void encode_fit(const SuperBlockFit& fit, uint8_t* block, F*) {
  uint8_t scales[8], minima[8], packed[12];
  for (int j = 0; j < 8; ++j) {
    scales[j] = static_cast<uint8_t>(fit.scale[j]);
    minima[j] = static_cast<uint8_t>(fit.minimum[j]);
  }
  pack_scales_and_minima(scales, minima, packed);
  F::encode(fit.d, fit.dmin, packed, fit.levels, block);
}

template <class F, Kernel kernel>
bool integer_block(const float* x, uint8_t* block, const float*) {
  SuperBlockFit fit;
  if (!integer_fit_of<kernel>(static_cast<F*>(nullptr))(x, fit)) return false;
  encode_fit(fit, block, static_cast<F*>(nullptr));
  return true;
}

template <class F, Kernel kernel, class V>
void quantize_affine(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = importance ? affine_block<F, V> : integer_block<F, kernel>;
  quantize_guarded<F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}
template <class F, Kernel kernel, class V>
void quantize_symmetric(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  auto improve = symmetric_block<F, V>;
  if constexpr (!std::is_same_v<F, IQ4_XS>) {
    if (!importance) improve = integer_block<F, kernel>;
  }
  quantize_guarded<F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

template <Kernel kernel>
constexpr auto four_blocks_fit_of(const Q4_1*) { return NIBBLE_OF_KERNEL(q4_1); }
template <Kernel kernel>
constexpr auto four_blocks_fit_of(const Q5_1*) { return NIBBLE_OF_KERNEL(q5_1); }

template <Kernel kernel>
constexpr auto four_blocks_fit_of(const IQ4_NL*) { return NIBBLE_OF_KERNEL(iq4_nl); }

void encode_fit(const Block32Fit& fit, uint8_t* block, IQ4_NL*) { IQ4_NL::encode(fit.d, fit.levels, block); }
template <class F>
void encode_fit(const Block32Fit& fit, uint8_t* block, F*) {
  F::encode(fit.d, fit.m, fit.levels, block);
}

/// `count` blocks, up to four, by the integer search.
template <class F, Kernel kernel, int count>
bool integer_blocks_of_32(const float* x, uint8_t* blocks, const float*) {
  constexpr size_t n = F::block_length;
  float four[4 * n] = {};
  if (count < 4) {
    std::memcpy(four, x, count * n * sizeof(float));
    x = four;
  }
  Block32Fit fits[4];
  four_blocks_fit_of<kernel>(static_cast<F*>(nullptr))(x, fits);
  for (size_t b = 0; b < count; ++b) encode_fit(fits[b], blocks + F::block_bytes * b, static_cast<F*>(nullptr));
  return true;
}

template <class F, Kernel kernel, class V>
void quantize_affine_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) {
    return quantize_guarded<F, kernel, V, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, kernel, 4>,
                                             integer_blocks_of_32<F, kernel, 1>);
  }
  quantize_guarded<F, kernel, V, lane_count<V>>(row, blocks, length, importance, affine_blocks_of_32<F, V>,
                                             affine_blocks_of_32<F, float>);
}
template <class F, Kernel kernel, class V>
void quantize_symmetric_32(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) {
    return quantize_guarded<F, kernel, V, 4>(row, blocks, length, nullptr, integer_blocks_of_32<F, kernel, 4>,
                                             integer_blocks_of_32<F, kernel, 1>);
  }
  quantize_guarded<F, kernel, V, lane_count<V>>(row, blocks, length, importance, symmetric_blocks_of_32<F, V>,
                                             symmetric_blocks_of_32<F, float>);
}

/// Where one scale per block is all there is to choose, the exact search has the lowest error.
template <class F, Kernel kernel, class V>
void quantize_exactly(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const QuantizeRow exact = find_quantizer(F::type, exact_method, kernel)->run;
  const auto improve = [exact](const float* x, uint8_t* block, const float* weights) {
    exact(x, block, F::block_length, weights);
    return true;
  };
  quantize_guarded<F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

/// Q4_0 and Q5_0: exact, except that importance weights make the exact search slow and the best of a grid stands in.
template <class F, Kernel kernel, class V>
void quantize_integers(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if (!importance) return quantize_exactly<F, kernel, V>(row, blocks, length, nullptr);
  quantize_guarded<F, kernel, V, lane_count<V>>(row, blocks, length, importance, symmetric_blocks_of_32<F, V>,
                                                symmetric_blocks_of_32<F, float>);
}

/// Q8_0: the exact search is slow where it proves that coarse scales are no better, so the proof is left out.
template <class F, Kernel kernel, class V>
void quantize_near_maximum(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = [](const float* x, uint8_t* block, const float*) {
    constexpr int n = F::block_length;
    float scale;
    if (!best_scale_near_maximum(x, kernel, scale)) return false;
    uint8_t levels[n] = {};
    round_to_grid<n, V>(x, scale, 0.0f, -128, 127, levels);
    int8_t codes[n];
    for (int i = 0; i < n; ++i) codes[i] = static_cast<int8_t>(levels[i] - 128);
    F::encode(f16_from_f32(scale), codes, block);
    return true;
  };
  quantize_guarded<F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
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
    case Type::q4_0: return BOTH_KERNELS(quantize_integers, Q4_0);
    case Type::q5_0: return BOTH_KERNELS(quantize_integers, Q5_0);
    case Type::mxfp4: return BOTH_KERNELS(quantize_exactly, MXFP4);
    case Type::nvfp4: return BOTH_KERNELS(quantize_exactly, NVFP4);
    case Type::q8_0: return BOTH_KERNELS(quantize_near_maximum, Q8_0);
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
