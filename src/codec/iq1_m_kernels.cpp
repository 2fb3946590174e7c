#include "codec/iq_codec.h"
#include "formats/iq1_m.h"
#include "numeric/half.h"
#include "search/iq1_search.h"

namespace nibble::NIBBLE_TARGET {
namespace {

/// llama.cpp's quantizer of IQ1_M. The scale of the super-block is fitted at the end, to all weights and stored codes.
struct BlockQuantizer {
  using Format = IQ1_M;
  static constexpr float energy = 2.0f, tiny = 1e-7f, fudge = 1.1125f;

  template <class V>
  static V plain_weight(V x, V /*sigma2*/) {
    return x * x;
  }

  template <class V>
  static void quantize_block(const float* x, const float* importance, uint8_t* out) {
    const float sigma2 = iq_codec::sigma2_of<BlockQuantizer>(x);
    IqCodes codes{};
    float w[256], scales[16] = {}, largest_scale = 0.0f;
    iq_codec::weigh<BlockQuantizer, V, 256>(x, importance, sigma2, w);
    for (int b = 0; b < 16; ++b) {
      const float* xb = x + 16 * b;
      if (iq_codec::largest_magnitude(xb, 16) < tiny) continue;
      int order[16];
      iq1_search::sort_by_value<V, 16>(xb, order);
      const iq1_search::Cut cut = iq1_search::cut_with_two_shifts<V>(xb, w + 16 * b, order);
      if (!cut.found) continue;
      const auto found = iq1_search::code_groups<16>(xb, w + 16 * b, order, cut);
      scales[b] = found.scale;
      largest_scale = higher_of(largest_scale, found.scale);
      for (int g = 0; g < 2; ++g) {
        codes.index[2 * b + g] = static_cast<uint16_t>(found.position[g]);
        codes.signs[2 * b + g] = found.shifts >> g & 1;
      }
    }
    if (largest_scale == 0.0f) {
      Format::encode(0, IqCodes{}, out);
      return;
    }
    const float d = largest_scale / 15.0f;
    iq_codec::code_scales(scales, 16, 1.0f / d, 7, codes.scale);
    Format::encode(f16_from_f32(fit_scale(x, w, codes, d) * fudge), codes, out);
  }

  /// The least-squares scale of a super-block coded this way; `d` when there is none.
  static float fit_scale(const float* x, const float* w, const IqCodes& codes, float d) {
    float vx = 0.0f, vv = 0.0f;
    for (int g = 0; g < 32; ++g) {
      const uint8_t* level = iq1_grid().point(codes.index[g]);
      const float step = static_cast<float>(2 * codes.scale[g / 2] + 1);
      for (int i = 0; i < 8; ++i) {
        const float value = iq1_search::shifted_values[codes.signs[g]][level[i]] * step;
        const float weighted = w[8 * g + i] * value;
        vx += weighted * x[8 * g + i];
        vv += weighted * value;
      }
    }
    return vv > 0.0f ? vx / vv : d;
  }
};

}  // namespace

template <>
Codec codec_for<IQ1_M>() {
  return iq_codec::codec<BlockQuantizer>();
}

}  // namespace nibble::NIBBLE_TARGET
