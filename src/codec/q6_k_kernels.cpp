#include <algorithm>
#include <cstring>

#include "codec/k_quants.h"
#include "codec/run_decoders.h"
#include "codec/super_block_codec.h"
#include "formats/q6_k.h"

namespace nibble::NIBBLE_TARGET {
namespace {

using namespace llama_cpp_search;

constexpr int n = Q6_K::scale_length, sub_blocks = runs_of<Q6_K>;

struct BlockQuantizer {
  using Format = Q6_K;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* block) {
    SubBlockFits<n> fits;
    // The importance row itself holds the weights here.
    fit_symmetric_sub_blocks<n, 32, V>(x, fits, [&](int j, const V* lanes, V* w) {
      if (importance) {
        load_lanes<n>(importance + n * j, n, w);
      } else {
        square_weights<n>(lanes, w);
      }
    });
    const float extreme = signed_extreme<sub_blocks>(fits.scale);
    if (absolute(extreme) < tiny) {
      std::memset(block, 0, Q6_K::block_bytes);
      return;
    }
    const float inverse = -128.0f / extreme;
    BlockParts& parts = fits.parts;
    parts.shared_scale = f16_from_f32(1.0f / inverse);
    for (int j = 0; j < sub_blocks; ++j) {
      parts.scale[j] = static_cast<int8_t>(std::min(127, nearest_int(inverse * fits.scale[j])));
      const float step = run_grid<Q6_K>(parts, static_cast<uint32_t>(j)).step;
      round_to_grid<n, V>(x + n * j, step, 0.0f, -32, 31, parts.codes + n * j);
    }
    encode<Q6_K>(parts, block);
  }
};

}  // namespace

template <>
Codec codec_for<Q6_K>() {
  return super_block_codec<BlockQuantizer>(run_decoders<Q6_K>);
}

}  // namespace nibble::NIBBLE_TARGET
