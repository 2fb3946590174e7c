#include "formats/q5_0.h"

#include "codec/codec.h"
#include "codec/symmetric.h"
#include "codec/symmetric_simd.h"

namespace nibble {
namespace {

using Scalar = Symmetric<Q5_0, 16>;

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q5_0>},
#if NIBBLE_SIMD
    {Kernel::simd, SymmetricSimd<Q5_0, 16>::decode},
#endif
};
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, Scalar::quantize},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, SymmetricSimd<Q5_0, 16>::quantize},
#endif
};

}  // namespace

template <>
Codec codec_for<Q5_0>() {
  return {Type::q5_0, decoders, quantizers, true};
}

}  // namespace nibble
