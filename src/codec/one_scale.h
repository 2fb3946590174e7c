#pragma once
#include <utility>

#include "codec/fp4_grid.h"
#include "codec/integer_block.h"
#include "codec/searched_rows.h"
#include "codec/unbiased.h"
#include "search/exact_fp4.h"
#include "search/exact_integers.h"
#include "search/exact_iq4.h"
#include "search/llama_cpp_iq4.h"
#include "search/scale_methods.h"

/// The searches of formats with one scale per run of weights: every method of search/scale_methods.h, and faster forms
/// of the exact one and of lowest-error for the levels, storages and lengths that have them. After a search the scale
/// is rounded to what the format stores, and every weight takes the level nearest to it.
namespace nibble::NIBBLE_TARGET {

/// What a format's searches may rely on.
template <class F>
struct OneScaleShape {
  static constexpr auto& levels = levels_of<F>.levels;
  static constexpr int lowest = static_cast<int>(levels.front());
  static constexpr bool integers = levels.size() == static_cast<size_t>(levels.back() - levels.front()) + 1;
  static constexpr bool has_levels(std::span<const int8_t> values) {
    for (const int8_t value : values) {
      if (std::find(levels.begin(), levels.end(), static_cast<float>(value)) == levels.end()) return false;
    }
    return !integers;
  }
  static constexpr bool halves_of_32 = F::storage == Storage::f16 && F::block_length == 32 && F::scale_length == 32;
  /// Levels -reach .. reach - 1 of search/exact_integers.h.
  static constexpr bool exact_integers = integers && halves_of_32 && static_cast<int>(levels.back()) == -lowest - 1 &&
                                         (lowest == -8 || lowest == -16 || lowest == -128);
  static constexpr bool iq4 = has_levels(iq4_values) && halves_of_32;
  static constexpr bool fp4 = has_levels(fp4_values) && ((F::storage == Storage::e8m0 && F::scale_length == 32) ||
                                                         (F::storage == Storage::ue4m3 && F::scale_length == 16));
};

/// The codes of the levels nearest to the weights of a run over its scale. Among whole levels halves go to the even
/// one, in single precision; otherwise to the upper one, in double precision.
template <class F>
inline void nearest_codes(const float* x, float scale, uint8_t* codes) {
  using Shape = OneScaleShape<F>;
  constexpr auto& levels = levels_of<F>;
  for (size_t i = 0; i < F::scale_length; ++i) {
    if constexpr (Shape::integers) {
      const float level =
          scale == 0 ? 0.0f
                     : small_level(lower_of(higher_of(x[i] / scale, levels.levels.front()), levels.levels.back()));
      codes[i] = levels.codes[static_cast<size_t>(static_cast<int>(level) - Shape::lowest)];
    } else {
      const Levels all{levels.levels.data(), static_cast<int>(levels.levels.size())};
      codes[i] =
          levels.codes[static_cast<size_t>(nearest_code(all, scale == 0 ? 0.0 : static_cast<double>(x[i]) / scale))];
    }
  }
}

/// Cuts a row into blocks, asks `best_scale(x, w)` for each scale, and packs. V = float or Float4: the same
/// bytes.
template <class F, class V, class BestScale>
void quantize_by_scales(const float* row, uint8_t* blocks, size_t length, const float* importance,
                        BestScale&& best_scale) {
  constexpr size_t n = F::scale_length;
  for (size_t start = 0; start < length; start += F::block_length, blocks += F::block_bytes) {
    BlockParts parts;
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      const size_t at = start + r * n;
      const float scale = best_scale(row + at, importance ? importance + at : nullptr);
      if constexpr (OneScaleShape<F>::exact_integers) {
        encode_nearest<F, -OneScaleShape<F>::lowest, V>(row + at, scale, blocks);
      } else {
        parts.scale[r] = stored_bits(scale, F::storage);
        nearest_codes<F>(row + at, scale, parts.codes + r * n);
      }
    }
    if constexpr (!OneScaleShape<F>::exact_integers) encode<F>(parts, blocks);
  }
}

template <class F, size_t method>
void quantize_by_scale_method(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  thread_local ScaleScratch scratch;
  constexpr auto& levels = levels_of<F>.levels;
  const ScaleMethod& chosen = all_scale_methods()[method];
  quantize_by_scales<F, float>(row, blocks, length, importance, [&](const float* x, const float* w) {
    const BlockProblem problem{x, w, F::scale_length, {levels.data(), static_cast<int>(levels.size())}, F::storage};
    return chosen.choose(problem, scratch).scale;
  });
}

/// Blocks of 4-bit floats, all weights counting the same.
template <class F>
void quantize_fp4_exactly(const float* row, uint8_t* blocks, size_t length) {
  constexpr size_t n = F::scale_length;
  for (size_t i = 0; i < length; i += F::block_length, blocks += F::block_bytes) {
    BlockParts parts;
    for (uint32_t r = 0; r < runs_of<F>; ++r) {
      const float* x = row + i + n * r;
      if constexpr (F::storage == Storage::e8m0) {
        parts.scale[r] = exact_fp4::best_e8m0<Lanes>(x);
      } else {
        parts.scale[r] = exact_fp4::best_ue4m3<Lanes>(x);
      }
      fp4::round_to_grid<n, Lanes>(x, stored_value(F::storage, parts.scale[r]), largest_magnitude<n, Lanes>(x),
                                   parts.codes + n * r);
    }
    encode<F>(parts, blocks);
  }
}

/// Blocks of the uneven levels of IQ4, all weights counting the same.
template <class F>
void quantize_iq4_exactly(const float* row, uint8_t* blocks, size_t length) {
  constexpr int n = F::block_length, lanes = lane_count<Lanes>;
  thread_local ExactIq4 search(target_kernel);
  for (size_t i = 0; i < length; i += n, blocks += F::block_bytes) {
    const float scale = search.best_scale(row + i);
    const Lanes inverse(scale != 0.0f ? 1.0f / scale : 0.0f);
    Lanes y[n / lanes];
    for (int k = 0; k < n / lanes; ++k) y[k] = load_run<Lanes>(row + i + k * lanes) * inverse;
    uint8_t codes[n];
    llama_cpp_search::nearest_iq4_codes<n / lanes>(y, codes);
    encode<F>(f16_from_f32(scale), codes, blocks);
  }
}

/// The exact search, fast for equal weights at least where the format's shape allows it.
template <class F>
void quantize_exact(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  using Shape = OneScaleShape<F>;
  if constexpr (Shape::exact_integers) {
    thread_local ExactIntegers search(-Shape::lowest, target_kernel);
    return quantize_by_scales<F, Lanes>(row, blocks, length, importance,
                                        [&](const float* x, const float* w) { return search.best_scale(x, w); });
  }
  if constexpr (Shape::fp4) {
    if (!importance) return quantize_fp4_exactly<F>(row, blocks, length);
  }
  if constexpr (Shape::iq4) {
    if (!importance) return quantize_iq4_exactly<F>(row, blocks, length);
  }
  quantize_by_scale_method<F, scale_method_count - 1>(row, blocks, length, importance);
}

/// `count` blocks of the uneven levels of IQ4, up to four, by the integer search.
template <class F, int count>
bool integer_iq4_blocks(const float* x, uint8_t* blocks, const float* importance) {
  float values[4 * 32], importances[4 * 32];
  BlockParts parts[4];
  iq4_runs(filled_to_four<count>(x, values), filled_to_four<count>(importance, importances), parts);
  for (size_t b = 0; b < count; ++b) encode<F>(parts[b], blocks + F::block_bytes * b);
  return true;
}

/// What lowest-error and quick search. Where one scale per block is all there is to choose, the exact search has the
/// lowest error. With codes of eight bits it is slow where it proves that coarse scales are no better, so the proof is
/// left out; with the levels of IQ4 it is slow, and an integer search comes near.
template <class F, Guard guard>
void quantize_one_scale(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  using Shape = OneScaleShape<F>;
  if constexpr (Shape::iq4) {
    quantize_searched<guard, F, 4>(row, blocks, length, importance, integer_iq4_blocks<F, 4>, integer_iq4_blocks<F, 1>);
  } else if constexpr (Shape::exact_integers && F::code_bits == 8) {
    const auto improve = [](const float* x, uint8_t* block, const float*) {
      float scale;
      if (!best_scale_near_maximum(x, target_kernel, scale)) return false;
      encode_nearest<F, 128, Lanes>(x, scale, block);
      return true;
    };
    quantize_searched<guard, F, 1>(row, blocks, length, importance, improve, improve);
  } else {
    constexpr int together = 16;
    const auto improve = [](const float* x, uint8_t* some, const float* w) {
      quantize_exact<F>(x, some, together * F::block_length, w);
      return true;
    };
    const auto improve_one = [](const float* x, uint8_t* one, const float* w) {
      quantize_exact<F>(x, one, F::block_length, w);
      return true;
    };
    quantize_searched<guard, F, together>(row, blocks, length, importance, improve, improve_one);
  }
}

template <class F, size_t... method>
std::vector<Quantizer> scale_method_quantizers(std::index_sequence<method...>) {
  return {{all_scale_methods()[method].name, Kernel::scalar, quantize_by_scale_method<F, method>}...};
}

template <class F>
void add_one_scale(TargetCodec& codec) {
  codec.methods = scale_method_quantizers<F>(std::make_index_sequence<scale_method_count - 1>());
  codec.searches = {{exact_method, target_kernel, quantize_exact<F>},
                    {lowest_error_method, target_kernel, quantize_one_scale<F, Guard::compare>},
                    {quick_method, target_kernel, quantize_one_scale<F, Guard::none>}};
  add_unbiased<F>(codec);
}

}  // namespace nibble::NIBBLE_TARGET
