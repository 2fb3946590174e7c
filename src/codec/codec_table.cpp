#include "codec/codec.h"
#include "formats/list.h"

namespace nibble {

#define DECLARE(F) \
  template <>      \
  Codec codec_for<F>();
NIBBLE_FORMATS(DECLARE)
#undef DECLARE

namespace {

std::span<const Codec> table() {
  static const Codec codecs[] = {
#define ENTRY(F) codec_for<F>(),
      NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  };
  return codecs;
}

}  // namespace

const Codec& codec_of(Type type) {
  for (const Codec& codec : table()) {
    if (codec.type == type) return codec;
  }
  static const Codec none{};
  return none;
}

const Decoder* find_decoder(Type type, Kernel kernel) {
  const Decoder* found = nullptr;
  for (const Decoder& decoder : codec_of(type).decoders) {
    if (decoder.kernel == kernel) return &decoder;
    if (decoder.kernel == Kernel::scalar) found = &decoder;
  }
  return found;
}

const Quantizer* find_quantizer(Type type, std::string_view method, Kernel kernel) {
  const Quantizer* found = nullptr;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (quantizer.method != method) continue;
    if (quantizer.kernel == kernel) return &quantizer;
    if (quantizer.kernel == Kernel::scalar) found = &quantizer;
  }
  return found;
}

}  // namespace nibble
