#include "formats/q4_0.h"

#include "codec/block32_codec.h"
#include "codec/symmetric.h"
#include "codec/symmetric_simd.h"

namespace nibble {

template <>
Codec codec_for<Q4_0>() {
  return block32_codec<Q4_0, Symmetric<Q4_0, 8>, SymmetricSimd<Q4_0, 8>>();
}

}  // namespace nibble
