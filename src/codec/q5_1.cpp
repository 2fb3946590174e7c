#include "formats/q5_1.h"

#include "codec/affine.h"
#include "codec/affine_simd.h"
#include "codec/block32_codec.h"

namespace nibble {

template <>
Codec codec_for<Q5_1>() {
  return block32_codec<Q5_1, Affine<Q5_1, 31>, AffineSimd<Q5_1, 31>>();
}

}  // namespace nibble
