#include "codec/iq_codec.h"
#include "formats/iq1_s.h"
#include "numeric/half.h"
#include "search/iq1_search.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ1_S.
struct BlockQuantizer {
  using Format = IQ1_S;
  static constexpr float energy = 2.0f, tiny = 1e-12f, fudge = 1.125f;

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* out) {
    const float sigma2 = iq_codec::sigma2_of<BlockQuantizer>(x);
    IqCodes codes{};
    float scales[8] = {}, largest_scale = 0.0f;
    for (int b = 0; b < 8; ++b) {
      const float* xb = x + 32 * b;
      float w[32];
      iq_codec::weigh<BlockQuantizer, V, 32>(xb, importance + 32 * b, sigma2, w);
      if (iq_codec::largest_magnitude(xb, 32) < tiny) continue;
      int order[32];
      iq1_search::sort_by_value<V, 32>(xb, order);
      iq1_search::Cut cut = iq1_search::cut_with_one_shift<V>(xb, w, order);
      if (!cut.found) continue;
      cut.shifts *= 15;
      const auto found = iq1_search::code_groups<32>(xb, w, order, cut);
      scales[b] = found.scale;
      largest_scale = higher_of(largest_scale, found.scale);
      codes.signs[b] = found.shifts & 1;
      for (int g = 0; g < 4; ++g) codes.index[4 * b + g] = static_cast<uint16_t>(found.position[g]);
    }
    if (largest_scale == 0.0f) {
      Format::encode(0, IqCodes{}, out);
      return;
    }
    const float d = largest_scale / 15.0f;
    iq_codec::code_scales(scales, 8, 1.0f / d, 7, codes.scale);
    Format::encode(f16_from_f32(d * fudge), codes, out);
  }
};

}  // namespace

template <>
Codec codec_for<IQ1_S>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
