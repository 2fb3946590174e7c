#include "formats/iq2_xs.h"

#include "codec/iq_signed.h"

namespace nibble {
namespace {

/// llama.cpp's rule for IQ2_XS.
struct Rule {
  using Format = IQ2_XS;
  using Shape = Iq8x3;
  static constexpr int sub_block = 16;
  static constexpr bool even_signs = true, start_decides = false;
  static constexpr float energy = 1.0f, tiny = 1e-15f, fudge = 1.0f;

  template <class V, class Block>
  static void start_scales(const Block* blocks, float* start) {
    for (int b = 0; b < 256 / sub_block; ++b) start[b] = blocks[b].largest / 5.0f;
  }

  /// 19 inverse scales (5 + k * 0.1) / largest, k = -9..9.
  template <class V, class Block>
  static auto search(const Block& block, float start) {
    static constexpr auto numerators = candidate_numerators<9>(5.0f, 0.1f);
    const auto& grid = iq2_xs_grid();
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
Codec codec_for<IQ2_XS>() {
  return iq_codec::codec<Rule>();
}

}  // namespace nibble
