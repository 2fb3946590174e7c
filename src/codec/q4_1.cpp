#include "formats/q4_1.h"

#include "codec/affine.h"
#include "codec/affine_simd.h"
#include "codec/codec.h"

namespace nibble {
namespace {

using Scalar = Affine<Q4_1, 15>;

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q4_1>},
#if NIBBLE_SIMD
    {Kernel::simd, AffineSimd<Q4_1, 15>::decode},
#endif
};
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, Scalar::quantize},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, AffineSimd<Q4_1, 15>::quantize},
#endif
};

}  // namespace

template <>
Codec codec_for<Q4_1>() {
  return {Type::q4_1, decoders, quantizers, true};
}

}  // namespace nibble
