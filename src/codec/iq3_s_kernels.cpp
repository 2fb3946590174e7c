#include <limits>

#include "codec/iq_signed.h"
#include "formats/iq3_s.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ3_S. Only sub-blocks of zeros count as empty; the marks start as off the codebook, so a
/// sub-block no candidate fits is coded by the refinement.
struct BlockQuantizer : iq_signed::SearchAroundLargest<BlockQuantizer> {
  using Format = IQ3_S;
  using Shape = Iq4x8;
  static constexpr int sub_block = 32;
  static constexpr bool even_signs = false, start_decides = false;
  static constexpr float energy = 2.0f, tiny = std::numeric_limits<float>::denorm_min(), fudge = 1.033f;

  template <class V>
  static V plain_weight(V x, V /*sigma2*/) {
    return x * x;
  }

  static constexpr float last_level = 15.0f, step = 0.2f;
  static constexpr int steps = 9;
  static constexpr bool starts_on_grid = false;
  static constexpr auto refine = iq_search::Refine::all_if_any_off_grid;
  static const auto& grid() { return iq3_s_grid(); }

  /// llama.cpp reserves no place for the positions and signs of an empty sub-block: those of later sub-blocks move up,
  /// while the ninth bits of the positions stay. Such a super-block decodes wrongly, there as here; bytes are promised.
  static void arrange(IqCodes& codes, const bool (&coded)[8]) {
    IqCodes moved{};
    int to = 0;
    for (int b = 0; b < 8; ++b) {
      for (int g = 8 * b; g < 8 * b + 8; ++g) moved.index[g] |= codes.index[g] & 256;
      if (!coded[b]) continue;
      for (int j = 0; j < 8; ++j) moved.index[8 * to + j] |= codes.index[8 * b + j] & 255;
      for (int j = 0; j < 4; ++j) moved.signs[4 * to + j] = codes.signs[4 * b + j];
      ++to;
    }
    codes = moved;
  }
};

}  // namespace

template <>
Codec codec_for<IQ3_S>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
