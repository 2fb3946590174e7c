#pragma once
#include <iterator>

#include "formats/iq_codes.h"
#include "formats/point_grammar.h"
#include "numeric/bits.h"
#include "numeric/half.h"

namespace nibble {

/// What codebook formats that store signs apart from magnitudes (IQ2, IQ3) have in common, from what each states:
///
///   codebook            its points, packed as formats/iq_codebooks.h says, level_bits bits a level
///   point_length        weights of a point
///   magnitudes          of each level, ascending
///   even_signs          whether an even number of each eight weights is negative
///   each_point          calls take(point, position, signs) for every point of a block, in order; bit j of the signs is
///                       set where weight j of the point is negative, higher bits mean nothing
///   scale_code, step    the scale code of a run, and what the magnitudes of its weights are multiplied by
///   encode              writes a block
template <class F>
struct PointFormat {
  static void decode(const uint8_t* block, float* values) {
    F::each_point(block, [&](int point, int position, uint32_t signs) {
      const int first = point * F::point_length;
      iq::decode_point<F::point_length, F::level_bits>(F::codebook[position], F::magnitudes,
                                                       step_of(block, first / static_cast<int>(F::scale_length)), signs,
                                                       values + first);
    });
  }

  static bool valid(const uint8_t* block) { return f16_is_finite(load<uint16_t>(block)); }

  static void range(const uint8_t* block, float* low, float* high) {
    constexpr size_t levels = std::size(F::magnitudes);
    constexpr float last = F::magnitudes[levels - 1], outermost = last + (last - F::magnitudes[levels - 2]) / 2;
    for (int run = 0; run < runs(); ++run)
      iq::ordered_range(-outermost * step_of(block, run), outermost * step_of(block, run), low + run, high + run);
  }

  static uint16_t unpack(const uint8_t* block, IqCodes& codes) {
    codes = {};
    F::each_point(block, [&](int point, int position, uint32_t signs) {
      const int first = point * F::point_length;
      codes.index[point] = static_cast<uint16_t>(position);
      codes.signs[first / 8] |= static_cast<uint8_t>((signs & ((1u << F::point_length) - 1)) << (first % 8));
    });
    for (int run = 0; run < runs(); ++run) codes.scale[run] = static_cast<uint8_t>(F::scale_code(block, run));
    return load<uint16_t>(block);
  }

  static constexpr PointGrammar grammar() {
    return {F::codebook, F::point_length, F::level_bits, F::magnitudes, F::even_signs, &unpack, &F::encode, &F::step};
  }

 private:
  static constexpr int runs() { return static_cast<int>(F::block_length / F::scale_length); }
  static float step_of(const uint8_t* block, int run) {
    return F::step(f32_from_f16(load<uint16_t>(block)), F::scale_code(block, run));
  }
};

}  // namespace nibble
