#include "formats/iq3_xxs.h"

#include "codec/iq_signed.h"

namespace nibble {
namespace {

/// llama.cpp's rule for IQ3_XXS.
struct Rule {
  using Format = IQ3_XXS;
  using Shape = Iq4x8;
  static constexpr int sub_block = 32;
  static constexpr bool even_signs = true;
  static constexpr float energy = 2.0f, tiny = 1e-8f, fudge = 1.0125f;

  template <class V>
  static V plain_weight(V x, V /*sigma2*/) {
    return x * x;
  }

  /// 31 inverse scales (15 + k * 0.2) / largest, k = -15..15.
  template <class V, class Block, class Found>
  static bool search(const Block& block, float largest, Found& found) {
    static constexpr auto numerators = candidate_numerators<15>(15.0f, 0.2f);
    const auto& grid = iq3_xxs_grid();
    found = iq_search::search_scales<V>(grid, block, numerators.data(), 31, largest, largest / 15.0f, true);
    iq_search::refine_scale<iq_search::Refine::off_grid>(grid, block, found);
    return true;
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
