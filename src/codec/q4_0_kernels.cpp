#include "codec/llama_cpp_rows_of_32.h"
#include "codec/symmetric.h"
#include "formats/q4_0.h"

namespace nibble::NIBBLE_TARGET {

template <>
Codec codec_for<Q4_0>() {
  return codec_of_32<Q4_0, SymmetricVectors<Q4_0, 8>>();
}

}  // namespace nibble::NIBBLE_TARGET
