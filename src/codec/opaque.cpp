#include "formats/opaque.h"

#include "codec/codec.h"

namespace nibble {

#define COPIED(F)                    \
  template <>                        \
  Codec codec_for<F>() {             \
    return {F::type, {}, {}, false}; \
  }
COPIED(I8) COPIED(I16) COPIED(I32) COPIED(I64) COPIED(Q8_1) COPIED(Q8_K)
#undef COPIED

}  // namespace nibble
