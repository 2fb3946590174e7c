#include "formats/q5_0.h"

#include "codec/block32_codec.h"
#include "codec/symmetric.h"
#include "codec/symmetric_simd.h"

namespace nibble {

template <>
Codec codec_for<Q5_0>() {
  return block32_codec<Q5_0, Symmetric<Q5_0, 16>, SymmetricSimd<Q5_0, 16>>();
}

}  // namespace nibble
