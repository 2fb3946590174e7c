#include "codec/lowest_error.h"
#include "codec/lowest_error_blocks.h"
#include "formats/list.h"

/// lowest-error and quick for K-quants.
namespace nibble {
namespace lowest_error {

// Weighted only: weights that count the same go through the integer search.
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
  using ScaleCode = uint8_t;
  static constexpr int S = 32, rounds = 2;
  static constexpr Steps divisors{2.9f, 0.3f, 8}, negative_divisors{2.9f, 0.3f, 8}, multiples{0.95f, 0.0109f, 24};
};
template <>
struct Search<Q6_K> {
  using Grid = EvenLevels<-32, 31>;
  using ScaleCode = int8_t;
  static constexpr int S = 128, rounds = 2;
  static constexpr Steps divisors{26.5f, 0.6f, 16}, negative_divisors{26.5f, 0.6f, 16}, multiples{0.985f, 0.005f, 24};
};

}  // namespace lowest_error

namespace {

using namespace lowest_error;

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

template <class F, Guard guard, Kernel kernel, class V>
void quantize_affine(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = importance ? affine_block<F, V> : integer_block<F, kernel>;
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}
template <class F, Guard guard, Kernel kernel, class V>
void quantize_symmetric(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  const auto improve = importance ? symmetric_block<F, V> : integer_block<F, kernel>;
  quantize_searched<guard, F, kernel, V, 1>(row, blocks, length, importance, improve, improve);
}

}  // namespace

std::vector<Quantizer> super_block_lowest_error(Type type) {
  switch (type) {
    case Type::q2_K: return {NIBBLE_LOWEST_ERROR(quantize_affine, Q2_K), NIBBLE_QUICK(quantize_affine, Q2_K)};
    case Type::q3_K: return {NIBBLE_LOWEST_ERROR(quantize_symmetric, Q3_K), NIBBLE_QUICK(quantize_symmetric, Q3_K)};
    case Type::q4_K: return {NIBBLE_LOWEST_ERROR(quantize_affine, Q4_K), NIBBLE_QUICK(quantize_affine, Q4_K)};
    case Type::q5_K: return {NIBBLE_LOWEST_ERROR(quantize_affine, Q5_K), NIBBLE_QUICK(quantize_affine, Q5_K)};
    case Type::q6_K: return {NIBBLE_LOWEST_ERROR(quantize_symmetric, Q6_K), NIBBLE_QUICK(quantize_symmetric, Q6_K)};
    default: return {};
  }
}

}  // namespace nibble
