#include "codec/iq_signed.h"
#include "formats/iq2_xs.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ2_XS.
struct BlockQuantizer : iq_signed::SearchAroundLargest<BlockQuantizer> {
  using Format = IQ2_XS;
  using Shape = Iq8x3;
  static constexpr int sub_block = 16;
  static constexpr bool even_signs = true, start_decides = false;
  static constexpr float energy = 1.0f, tiny = 1e-15f, fudge = 1.0f;

  static constexpr float last_level = 5.0f, step = 0.1f;
  static constexpr int steps = 9;
  static constexpr bool starts_on_grid = true;
  static constexpr auto refine = iq_search::Refine::off_grid;
  static const auto& grid() { return iq2_xs_grid(); }
};

}  // namespace

template <>
Codec codec_for<IQ2_XS>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
