#include "codec/llama_cpp_rows_of_32.h"
#include "codec/symmetric.h"
#include "formats/q5_0.h"

namespace nibble::NIBBLE_TARGET {

template <>
Codec codec_for<Q5_0>() {
  return codec_of_32<Q5_0, SymmetricVectors<Q5_0, 16>>();
}

}  // namespace nibble::NIBBLE_TARGET
