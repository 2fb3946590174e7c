#include "codec/searches.h"
#include "formats/list.h"

namespace nibble::NIBBLE_TARGET {
namespace {

template <class F>
void add_if(TargetCodec& codec) {
  if constexpr (F::kind == FormatKind::one_scale) {
    if (F::type == codec.own.type) add_one_scale<F>(codec);
  }
}

}  // namespace

void add_one_scale_searches(TargetCodec& codec) {
#define ENTRY(F) add_if<F>(codec);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
}

}  // namespace nibble::NIBBLE_TARGET
