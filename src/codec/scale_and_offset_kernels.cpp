#include "codec/searches.h"
#include "formats/list.h"

namespace nibble::NIBBLE_TARGET {
namespace {

template <class F>
void add_if(TargetCodec& codec) {
  if constexpr (F::kind == FormatKind::scale_and_offset) {
    if (F::type == codec.own.type) add_scale_and_offset<F>(codec);
  }
}

}  // namespace

void add_scale_and_offset_searches(TargetCodec& codec) {
#define ENTRY(F) add_if<F>(codec);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
}

}  // namespace nibble::NIBBLE_TARGET
