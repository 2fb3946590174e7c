#include "formats/q5_1.h"

#include "codec/affine.h"
#include "codec/codec.h"

namespace nibble {
namespace {

using Rule = Affine<Q5_1, 31>;

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q5_1>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, Rule::quantize}};

}  // namespace

template <>
Codec codec_for<Q5_1>() {
  return {Type::q5_1, decoders, quantizers, true};
}

}  // namespace nibble
