#pragma once
#include <array>
#include <cmath>

#include "codec/iq_codec.h"
#include "formats/iq_codes.h"
#include "numeric/half.h"
#include "numeric/rounding.h"
#include "search/iq_search.h"

/// The codebook types that store signs apart from magnitudes: IQ2 and IQ3. A block quantizer (codec/iq_codec.h) has in
/// addition:
///
///   Shape             shape of its codebook
///   sub_block         number of weights that share a scale
///   even_signs        whether an even number of each eight signs must be negative
///   tiny              sub-blocks whose largest magnitude is below this count as empty
///   fudge             the stored scale is this times the largest sub-block scale / 31
///   start_decides     whether a start scale of 0 or below makes a sub-block count as empty, too
///   start_scales()    the scale to start from, per sub-block
///   search()          sub-block, start scale -> scale and codebook positions
///   arrange()         (optional) changes the codes of a super-block, knowing which sub-blocks were coded
namespace nibble::NIBBLE_TARGET {

/// base + k * step for k = -steps..steps.
template <int steps>
constexpr auto candidate_numerators(float base, float step) {
  std::array<float, 2 * steps + 1> numerators{};
  for (int k = -steps; k <= steps; ++k)
    numerators[static_cast<size_t>(k + steps)] = base + static_cast<float>(k) * step;
  return numerators;
}

namespace iq_signed {

/// Splits eight weights into magnitudes and signs; returns the sign bits.
inline uint8_t take_signs(const float* x, float* magnitude) {
  unsigned signs = 0;
  for (int i = 0; i < 8; ++i) {
    magnitude[i] = std::fabs(x[i]);
    signs |= static_cast<unsigned>(!(x[i] >= 0.0f)) << i;
  }
  return static_cast<uint8_t>(signs);
}

/// Where an odd number of signs is negative, gives the weight that matters least the wrong sign.
inline uint8_t make_signs_even(const float* w, float* magnitude, uint8_t signs) {
  unsigned parity = signs ^ signs >> 4;
  parity = 0x6996u >> (parity & 15) & 1;
  if (!parity) return signs;
  int least = 0;
  float least_loss = w[0] * magnitude[0] * magnitude[0];
  for (int i = 1; i < 8; ++i) {
    const float loss = w[i] * magnitude[i] * magnitude[i];
    if (loss < least_loss) {
      least_loss = loss;
      least = i;
    }
  }
  magnitude[least] = -magnitude[least];
  return static_cast<uint8_t>(signs ^ 1u << least);
}

/// Splits a super-block into sub-blocks of magnitudes with their weights, and sign bits for each eight of them.
template <class BlockQuantizer, class V>
inline void split(const float* x, const float* importance, iq_search::SubBlock<BlockQuantizer::sub_block>* blocks,
                  uint8_t* signs) {
  constexpr int n = BlockQuantizer::sub_block;
  const float sigma2 = iq_codec::sigma2_of<BlockQuantizer>(x);
  for (int b = 0; b < 256 / n; ++b) {
    auto& block = blocks[b];
    iq_codec::weigh<BlockQuantizer, V, n>(x + n * b, importance ? importance + n * b : nullptr, sigma2, block.w);
    for (int i = 0; i < n; i += lane_count<V>) store_run(square_root(load_run<V>(block.w + i)), block.root_w + i);
    for (int j = 0; j < n; j += 8) {
      uint8_t bits = take_signs(x + n * b + j, block.x + j);
      if constexpr (BlockQuantizer::even_signs) bits = make_signs_even(block.w + j, block.x + j, bits);
      *signs++ = bits;
    }
    block.largest = block.x[0];
    for (int i = 1; i < n; ++i) block.largest = higher_of(block.largest, block.x[i]);
  }
}

/// One super-block of 256 weights.
template <class BlockQuantizer, class V>
inline void quantize_block(const float* x, const float* importance, uint8_t* out) {
  constexpr int n = BlockQuantizer::sub_block, count = 256 / n, groups = n / BlockQuantizer::Shape::coords,
                octets = n / 8;
  iq_search::SubBlock<n> blocks[count];
  uint8_t signs[32];
  split<BlockQuantizer, V>(x, importance, blocks, signs);
  float start[count];
  BlockQuantizer::template start_scales<V>(blocks, start);

  IqCodes codes{};
  float scales[count] = {}, largest_scale = 0.0f;
  bool coded[count] = {};
  for (int b = 0; b < count; ++b) {
    // An empty sub-block keeps zeros everywhere, in place of its signs too.
    if (blocks[b].largest < BlockQuantizer::tiny || (BlockQuantizer::start_decides && start[b] <= 0.0f)) continue;
    const iq_search::Found<groups> found = BlockQuantizer::template search<V>(blocks[b], start[b]);
    coded[b] = true;
    const bool flip = found.scale < 0.0f;
    scales[b] = flip ? -found.scale : found.scale;
    largest_scale = higher_of(largest_scale, scales[b]);
    for (int j = octets * b; j < octets * (b + 1); ++j)
      codes.signs[j] = static_cast<uint8_t>(flip ? ~signs[j] : signs[j]);
    for (int g = 0; g < groups; ++g) codes.index[groups * b + g] = static_cast<uint16_t>(found.position[g]);
  }
  if (largest_scale == 0.0f) {
    BlockQuantizer::Format::encode(0, IqCodes{}, out);
    return;
  }
  if constexpr (requires { BlockQuantizer::arrange(codes, coded); }) BlockQuantizer::arrange(codes, coded);
  const float d = largest_scale / 31.0f;
  iq_codec::code_scales(scales, count, 1.0f / d, 15, codes.scale);
  BlockQuantizer::Format::encode(f16_from_f32(d * BlockQuantizer::fudge), codes, out);
}

/// What every quantizer of these types shares: derive from it.
template <class BlockQuantizer>
struct SignedQuantizer {
  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* out) {
    iq_signed::quantize_block<BlockQuantizer, V>(x, importance, out);
  }
};

/// A quantizer whose candidates spread around the scale that puts the largest magnitude on the last level. It names:
///
///   last_level, step, steps   the inverse scales are (last_level + k * step) / largest, k = -steps..steps
///   grid()                    its codebook
///   starts_on_grid            whether groups count as on the codebook before a candidate fits
///   refine                    which groups the final refinement looks at
template <class BlockQuantizer>
struct SearchAroundLargest : SignedQuantizer<BlockQuantizer> {
  template <class V, class Block>
  static void start_scales(const Block* blocks, float* start) {
    for (int b = 0; b < 256 / BlockQuantizer::sub_block; ++b) start[b] = blocks[b].largest / BlockQuantizer::last_level;
  }

  template <class V, class Block>
  static auto search(const Block& block, float start) {
    static constexpr auto numerators =
        candidate_numerators<BlockQuantizer::steps>(BlockQuantizer::last_level, BlockQuantizer::step);
    const auto& grid = BlockQuantizer::grid();
    auto found =
        iq_search::search_scales<V>(grid, block, numerators, block.largest, start, BlockQuantizer::starts_on_grid);
    iq_search::refine_scale<BlockQuantizer::refine>(grid, block, found);
    return found;
  }
};

}  // namespace iq_signed
}  // namespace nibble::NIBBLE_TARGET
