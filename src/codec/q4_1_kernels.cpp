#include "codec/affine.h"
#include "codec/llama_cpp_rows_of_32.h"
#include "formats/q4_1.h"

namespace nibble::NIBBLE_TARGET {

template <>
Codec codec_for<Q4_1>() {
  return codec_of_32<Q4_1, AffineVectors<Q4_1, 15>>();
}

}  // namespace nibble::NIBBLE_TARGET
