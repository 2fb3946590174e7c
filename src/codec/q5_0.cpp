#include "formats/q5_0.h"

#include "codec/codec.h"
#include "codec/symmetric.h"

namespace nibble {
namespace {

using Rule = Symmetric<Q5_0, 16>;

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q5_0>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, Rule::quantize}};

}  // namespace

template <>
Codec codec_for<Q5_0>() {
  return {Type::q5_0, decoders, quantizers, true};
}

}  // namespace nibble
