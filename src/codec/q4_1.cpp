#include "formats/q4_1.h"

#include "codec/affine.h"
#include "codec/affine_simd.h"
#include "codec/block32_codec.h"

namespace nibble {

template <>
Codec codec_for<Q4_1>() {
  return block32_codec<Q4_1, Affine<Q4_1, 15>, AffineSimd<Q4_1, 15>>();
}

}  // namespace nibble
