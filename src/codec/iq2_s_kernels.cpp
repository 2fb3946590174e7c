#include "codec/iq_signed.h"
#include "formats/iq2_s.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ2_S.
struct BlockQuantizer : iq_signed::SearchAroundLargest<BlockQuantizer> {
  using Format = IQ2_S;
  using Shape = Iq8x3;
  static constexpr int sub_block = 16;
  static constexpr bool even_signs = false, start_decides = false;
  static constexpr float energy = 2.0f, tiny = 1e-8f, fudge = 0.9875f;

  template <class V>
  static V plain_weight(V x, V sigma2) {
    return V(0.25f) * sigma2 + x * x;
  }

  static constexpr float last_level = 5.0f, step = 0.1f;
  static constexpr int steps = 9;
  static constexpr bool starts_on_grid = true;
  static constexpr auto refine = iq_search::Refine::off_grid;
  static const auto& grid() { return iq2_s_grid(); }
};

}  // namespace

template <>
Codec codec_for<IQ2_S>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
