#include "formats/iq3_xxs.h"

#include "codec/iq_signed.h"

namespace nibble {
namespace {

/// llama.cpp's rule for IQ3_XXS.
struct Rule {
  using Format = IQ3_XXS;
  using Shape = Iq4x8;
  static constexpr int sub_block = 32;
  static constexpr bool even_signs = true, start_decides = false;
  static constexpr float energy = 2.0f, tiny = 1e-8f, fudge = 1.0125f;

  template <class V>
  static V plain_weight(V x, V /*sigma2*/) {
    return x * x;
  }

  template <class V, class Block>
  static void start_scales(const Block* blocks, float* start) {
    for (int b = 0; b < 256 / sub_block; ++b) start[b] = blocks[b].largest / 15.0f;
  }

  /// 31 inverse scales (15 + k * 0.2) / largest, k = -15..15.
  template <class V, class Block>
  static auto search(const Block& block, float start) {
    static constexpr auto numerators = candidate_numerators<15>(15.0f, 0.2f);
    const auto& grid = iq3_xxs_grid();
    auto found = iq_search::search_scales<V>(grid, block, numerators, block.largest, start, true);
    iq_search::refine_scale<iq_search::Refine::off_grid>(grid, block, found);
    return found;
  }

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* out) {
    iq_signed::quantize_block<Rule, V>(x, importance, out);
  }
};

}  // namespace

template <>
Codec codec_for<IQ3_XXS>() {
  return iq_codec::codec<Rule>();
}

}  // namespace nibble
