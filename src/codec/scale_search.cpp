#include "codec/scale_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "codec/exact_codebooks.h"
#include "codec/integer_block.h"
#include "formats/iq4_nl.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"
#include "formats/q4_0.h"
#include "formats/q5_0.h"
#include "formats/q8_0.h"
#include "numeric/half.h"
#include "numeric/lanes.h"
#include "search/exact_integers.h"
#include "search/scale_methods.h"

namespace nibble {
namespace {

/// What a search needs to know of a format with one scale per F::scale_length weights: its levels in ascending order,
/// the code of each, how scales are stored, and how scales and codes become a block.
template <class F>
struct OneScale;

template <class F, int reach_>
struct IntegerLevels {
  static constexpr int reach = reach_, count = 2 * reach_;
  static constexpr Storage storage = Storage::f16;
  static constexpr std::array<float, count> levels = [] {
    std::array<float, count> values{};
    for (int i = 0; i < count; ++i) values[static_cast<size_t>(i)] = static_cast<float>(i - reach);
    return values;
  }();
  static constexpr uint8_t code(int level) { return static_cast<uint8_t>(level); }
  static void encode(const float* scales, const uint8_t* codes, uint8_t* block) {
    F::encode(f16_from_f32(*scales), codes, block);
  }
};
template <>
struct OneScale<Q4_0> : IntegerLevels<Q4_0, 8> {};
template <>
struct OneScale<Q5_0> : IntegerLevels<Q5_0, 16> {};
template <>
struct OneScale<Q8_0> : IntegerLevels<Q8_0, 128> {
  static void encode(const float* scales, const uint8_t* codes, uint8_t* block) {
    int8_t values[Q8_0::block_length];
    for (size_t i = 0; i < Q8_0::block_length; ++i) values[i] = static_cast<int8_t>(codes[i] - reach);
    Q8_0::encode(f16_from_f32(*scales), values, block);
  }
};

template <>
struct OneScale<IQ4_NL> {
  static constexpr int count = 16;
  static constexpr Storage storage = Storage::f16;
  static constexpr std::array<float, count> levels = [] {
    std::array<float, count> values{};
    for (size_t i = 0; i < count; ++i) values[i] = iq4_values[i];
    return values;
  }();
  static constexpr uint8_t code(int level) { return static_cast<uint8_t>(level); }
  static void encode(const float* scales, const uint8_t* codes, uint8_t* block) {
    IQ4_NL::encode(f16_from_f32(*scales), codes, block);
  }
};

template <class F, Storage storage_>
struct Fp4Levels {
  static constexpr int count = 15;  // the second zero is never used
  static constexpr Storage storage = storage_;
  static constexpr std::array<float, count> levels = {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12};
  static constexpr uint8_t code(int level) { return static_cast<uint8_t>(level >= 7 ? level - 7 : 15 - level); }
  static void encode(const float* scales, const uint8_t* codes, uint8_t* block) {
    uint8_t bytes[F::block_length / F::scale_length];
    for (size_t s = 0; s < std::size(bytes); ++s) bytes[s] = scale_byte(scales[s], storage);
    if constexpr (std::size(bytes) == 1) {
      F::encode(bytes[0], codes, block);
    } else {
      F::encode(bytes, codes, block);
    }
  }
};
template <>
struct OneScale<MXFP4> : Fp4Levels<MXFP4, Storage::e8m0> {};
template <>
struct OneScale<NVFP4> : Fp4Levels<NVFP4, Storage::ue4m3> {};

/// The codes of the levels nearest to x / scale.
template <class F>
void nearest_codes(const float* x, float scale, uint8_t* codes) {
  using Grid = OneScale<F>;
  constexpr Levels levels{Grid::levels.data(), Grid::count};
  for (size_t i = 0; i < F::scale_length; ++i) {
    codes[i] = Grid::code(nearest_code(levels, scale == 0 ? 0.0 : static_cast<double>(x[i]) / scale));
  }
}

/// Cuts a row into blocks, asks `best_scale(x, weights)` for each scale, and packs. V = float or Float4: the same
/// bytes.
template <class F, class V, class BestScale>
void quantize_row(const float* row, uint8_t* blocks, size_t length, const float* importance, BestScale&& best_scale) {
  constexpr size_t run = F::scale_length, runs = F::block_length / run;
  for (size_t start = 0; start < length; start += F::block_length, blocks += F::block_bytes) {
    float scales[runs];
    for (size_t r = 0; r < runs; ++r) {
      const size_t at = start + r * run;
      scales[r] = best_scale(row + at, importance ? importance + at : nullptr);
    }
    if constexpr (requires { OneScale<F>::reach; }) {
      encode_nearest<F, OneScale<F>::reach, V>(row + start, scales[0], blocks);
    } else {
      uint8_t codes[F::block_length];
      for (size_t r = 0; r < runs; ++r) nearest_codes<F>(row + start + r * run, scales[r], codes + r * run);
      OneScale<F>::encode(scales, codes, blocks);
    }
  }
}

template <class F, size_t method>
void quantize_by(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  thread_local ScaleScratch scratch;
  using Grid = OneScale<F>;
  const ScaleMethod& chosen = all_scale_methods()[method];
  quantize_row<F, float>(row, blocks, length, importance, [&](const float* x, const float* weights) {
    const BlockProblem problem{x, weights, F::scale_length, {Grid::levels.data(), Grid::count}, Grid::storage};
    return chosen.choose(problem, scratch).scale;
  });
}

/// The exact search, fast for equal weights at least.
template <class F, Kernel kernel, class V>
void quantize_exact(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  if constexpr (requires { OneScale<F>::reach; }) {
    thread_local ExactIntegers search(OneScale<F>::reach, kernel);
    quantize_row<F, V>(row, blocks, length, importance,
                       [&](const float* x, const float* weights) { return search.best_scale(x, weights); });
  } else {
    if (importance) return quantize_by<F, scale_method_count - 1>(row, blocks, length, importance);
    quantize_exactly<V>(row, blocks, length, kernel, static_cast<const F*>(nullptr));
  }
}

template <class F, size_t... method>
std::vector<Quantizer> quantizers_of(std::index_sequence<method...>) {
  std::vector<Quantizer> list = {{all_scale_methods()[method].name, Kernel::scalar, quantize_by<F, method>}...};
  list.back().run = quantize_exact<F, Kernel::scalar, float>;
#if NIBBLE_SIMD
  list.push_back({list.back().method, Kernel::simd, quantize_exact<F, Kernel::simd, Float4>});
#endif
  return list;
}

template <class F>
void encode_levels(float scale, const int* levels, uint8_t* block) {
  uint8_t codes[F::block_length];
  for (size_t i = 0; i < F::block_length; ++i) codes[i] = OneScale<F>::code(levels[i]);
  OneScale<F>::encode(&scale, codes, block);
}

template <class F>
constexpr OneScaleGrid grid_of{{OneScale<F>::levels.data(), OneScale<F>::count},
                               OneScale<F>::storage,
                               F::block_length == F::scale_length ? encode_levels<F> : nullptr};

}  // namespace

const OneScaleGrid* one_scale_grid(Type type) {
  switch (type) {
    case Type::q4_0: return &grid_of<Q4_0>;
    case Type::q5_0: return &grid_of<Q5_0>;
    case Type::q8_0: return &grid_of<Q8_0>;
    case Type::iq4_nl: return &grid_of<IQ4_NL>;
    case Type::mxfp4: return &grid_of<MXFP4>;
    case Type::nvfp4: return &grid_of<NVFP4>;
    default: return nullptr;
  }
}

std::vector<Quantizer> scale_search_quantizers(Type type) {
  constexpr auto every_method = std::make_index_sequence<scale_method_count>();
  switch (type) {
    case Type::q4_0: return quantizers_of<Q4_0>(every_method);
    case Type::q5_0: return quantizers_of<Q5_0>(every_method);
    case Type::q8_0: return quantizers_of<Q8_0>(every_method);
    case Type::iq4_nl: return quantizers_of<IQ4_NL>(every_method);
    case Type::mxfp4: return quantizers_of<MXFP4>(every_method);
    case Type::nvfp4: return quantizers_of<NVFP4>(every_method);
    default: return {};
  }
}

}  // namespace nibble
