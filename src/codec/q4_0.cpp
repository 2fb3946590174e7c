#include "formats/q4_0.h"

#include "codec/codec.h"
#include "codec/symmetric.h"
#include "codec/symmetric_simd.h"

namespace nibble {
namespace {

using Scalar = Symmetric<Q4_0, 8>;

constexpr Decoder decoders[] = {
    {Kernel::scalar, decode_each_block<Q4_0>},
#if NIBBLE_SIMD
    {Kernel::simd, SymmetricSimd<Q4_0, 8>::decode},
#endif
};
constexpr Quantizer quantizers[] = {
    {llama_cpp, Kernel::scalar, Scalar::quantize},
#if NIBBLE_SIMD
    {llama_cpp, Kernel::simd, SymmetricSimd<Q4_0, 8>::quantize},
#endif
};

}  // namespace

template <>
Codec codec_for<Q4_0>() {
  return {Type::q4_0, decoders, quantizers, true};
}

}  // namespace nibble
