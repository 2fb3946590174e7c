#include "codec/format_codec.h"
#include "codec/searches.h"
#include "formats/list.h"

namespace nibble::NIBBLE_TARGET {

#define DECLARE(F) \
  template <>      \
  Codec codec_for<F>();
NIBBLE_FORMATS(DECLARE)
#undef DECLARE

/// What this target brings to the codecs of formats/list.h, in its order.
std::vector<TargetCodec> listed_codecs() {
  std::vector<TargetCodec> list;
#define ENTRY(F) list.push_back({codec_for<F>(), {}, {}});
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  for (TargetCodec& codec : list) {
    add_one_scale_searches(codec);
    add_scale_and_offset_searches(codec);
    add_super_block_searches(codec);
    if (codec.own.type == IQ3_S::type) add_unbiased<IQ3_S>(codec);
  }
  return list;
}

}  // namespace nibble::NIBBLE_TARGET
