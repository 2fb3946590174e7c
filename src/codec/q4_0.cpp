#include "formats/q4_0.h"

#include "codec/codec.h"
#include "codec/symmetric.h"

namespace nibble {
namespace {

using Rule = Symmetric<Q4_0, 8>;

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q4_0>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, Rule::quantize}};

}  // namespace

template <>
Codec codec_for<Q4_0>() {
  return {Type::q4_0, decoders, quantizers, true};
}

}  // namespace nibble
