#include "codec/iq_signed.h"
#include "formats/iq2_xxs.h"
#include "search/llama_cpp_nonnegative.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ2_XXS.
struct BlockQuantizer : iq_signed::SignedQuantizer<BlockQuantizer> {
  using Format = IQ2_XXS;
  using Shape = Iq8x3;
  static constexpr int sub_block = 32;
  static constexpr bool even_signs = true, start_decides = true;
  static constexpr float energy = 1.0f, tiny = 1e-15f, fudge = 1.0f;

  /// The search for grids from zero up, with levels 0..4: sub-blocks side by side.
  template <class V, class Block>
  static void start_scales(const Block* blocks, float* start) {
    constexpr size_t stride = sizeof(Block) / sizeof(float);
    for (int b = 0; b < 256 / sub_block; b += lane_count<V>) {
      V x[sub_block], w[sub_block], levels[sub_block];
      load_lanes<sub_block>(blocks[b].x, stride, x);
      load_lanes<sub_block>(blocks[b].w, stride, w);
      store_run(llama_cpp_search::fit_nonnegative<sub_block, 4>(x, w, levels), start + b);
    }
  }

  /// 13 inverse scales (5 + k * 0.1) / (3 * start), k = -6..6.
  template <class V, class Block>
  static auto search(const Block& block, float start) {
    static constexpr auto numerators = candidate_numerators<6>(5.0f, 0.1f);
    const auto& grid = iq2_xxs_grid();
    auto found = iq_search::search_scales<V>(grid, block, numerators, start * 3.0f, start, true);
    iq_search::refine_scale<iq_search::Refine::all>(grid, block, found);
    return found;
  }
};

}  // namespace

template <>
Codec codec_for<IQ2_XXS>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
