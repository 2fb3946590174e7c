#include "codec/iq_signed.h"
#include "formats/iq3_xxs.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ3_XXS.
struct BlockQuantizer : iq_signed::SearchAroundLargest<BlockQuantizer> {
  using Format = IQ3_XXS;
  using Shape = Iq4x8;
  static constexpr int sub_block = 32;
  static constexpr bool even_signs = true, start_decides = false;
  static constexpr float energy = 2.0f, tiny = 1e-8f, fudge = 1.0125f;

  template <class V>
  static V plain_weight(V x, V /*sigma2*/) {
    return x * x;
  }

  static constexpr float last_level = 15.0f, step = 0.2f;
  static constexpr int steps = 15;
  static constexpr bool starts_on_grid = true;
  static constexpr auto refine = iq_search::Refine::off_grid;
  static const auto& grid() { return iq3_xxs_grid(); }
};

}  // namespace

template <>
Codec codec_for<IQ3_XXS>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
