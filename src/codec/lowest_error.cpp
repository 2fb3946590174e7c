#include "codec/lowest_error.h"

#include <cstring>
#include <vector>

#include "codec/k_quants.h"
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
      const float quotient = step != 0 ? x[n * j + i] / step : 0.0f;
      const float y = quotient == quotient ? quotient : 0.0f;  // sums of huge weights overflow; such a block is not kept
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

/// Writes what llama.cpp writes, then every block that `improve` makes better.
template <class F, Kernel kernel, class Improve>
void quantize_guarded(const float* row, uint8_t* blocks, size_t length, const float* importance, Improve&& improve) {
  find_quantizer(F::type, llama_cpp, kernel)->run(row, blocks, length, importance);
  uint8_t trial[F::block_bytes];
  for (size_t at = 0; at < length; at += F::block_length, blocks += F::block_bytes) {
    const float* weights = importance ? importance + at : nullptr;
    improve(row + at, trial, weights);
    if (F::valid(trial) && block_error<F>(row + at, trial, weights) < block_error<F>(row + at, blocks, weights)) {
      std::memcpy(blocks, trial, F::block_bytes);
    }
  }
}

template <class F, Kernel kernel, class V>
void quantize_affine(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel>(row, blocks, length, importance, affine_block<F, V>);
}
template <class F, Kernel kernel, class V>
void quantize_symmetric(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  quantize_guarded<F, kernel>(row, blocks, length, importance, symmetric_block<F, V>);
}

template <class F>
std::vector<Quantizer> affine_quantizers() {
  return {
      {lowest_error_method, Kernel::scalar, quantize_affine<F, Kernel::scalar, float>},
#if NIBBLE_SIMD
      {lowest_error_method, Kernel::simd, quantize_affine<F, Kernel::simd, Float4>},
#endif
  };
}
template <class F>
std::vector<Quantizer> symmetric_quantizers() {
  return {
      {lowest_error_method, Kernel::scalar, quantize_symmetric<F, Kernel::scalar, float>},
#if NIBBLE_SIMD
      {lowest_error_method, Kernel::simd, quantize_symmetric<F, Kernel::simd, Float4>},
#endif
  };
}

}  // namespace

std::vector<Quantizer> lowest_error_quantizers(Type type) {
  switch (type) {
    case Type::q2_K: return affine_quantizers<Q2_K>();
    case Type::q4_K: return affine_quantizers<Q4_K>();
    case Type::q5_K: return affine_quantizers<Q5_K>();
    case Type::q3_K: return symmetric_quantizers<Q3_K>();
    case Type::q6_K: return symmetric_quantizers<Q6_K>();
    case Type::iq4_xs: return symmetric_quantizers<IQ4_XS>();
    default: return {};
  }
}

}  // namespace nibble
