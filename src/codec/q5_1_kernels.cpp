#include "codec/affine.h"
#include "codec/llama_cpp_rows_of_32.h"
#include "formats/q5_1.h"

namespace nibble::NIBBLE_TARGET {

template <>
Codec codec_for<Q5_1>() {
  return codec_of_32<Q5_1, AffineVectors<Q5_1, 31>>();
}

}  // namespace nibble::NIBBLE_TARGET
