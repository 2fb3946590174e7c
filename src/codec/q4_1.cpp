#include "formats/q4_1.h"

#include "codec/affine.h"
#include "codec/codec.h"

namespace nibble {
namespace {

using Rule = Affine<Q4_1, 15>;

constexpr Decoder decoders[] = {{Kernel::scalar, decode_each_block<Q4_1>}};
constexpr Quantizer quantizers[] = {{llama_cpp, Kernel::scalar, Rule::quantize}};

}  // namespace

template <>
Codec codec_for<Q4_1>() {
  return {Type::q4_1, decoders, quantizers, true};
}

}  // namespace nibble
