#include "formats/q5_1.h"

#include "codec/affine.h"
#include "codec/affine_simd.h"
#include "codec/codec.h"

namespace nibble {
namespace {

using Scalar = Affine<Q5_1, 31>;

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q5_1>},
#if NIBBLE_SIMD
    {Kernel::simd, AffineSimd<Q5_1, 31>::decode},
#endif
};
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, Scalar::quantize},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, AffineSimd<Q5_1, 31>::quantize},
#endif
};

}  // namespace

template <>
Codec codec_for<Q5_1>() {
  return {Type::q5_1, decoders, quantizers, true};
}

}  // namespace nibble
