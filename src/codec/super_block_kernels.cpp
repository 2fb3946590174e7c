#include "codec/searches.h"
#include "formats/list.h"

namespace nibble::NIBBLE_TARGET {
namespace {

template <class F>
void add_if(TargetCodec& codec) {
  if constexpr (is_super_block(F::kind)) {
    if (F::type == codec.own.type) add_super_block<F>(codec);
  }
}

}  // namespace

void add_super_block_searches(TargetCodec& codec) {
#define ENTRY(F) add_if<F>(codec);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
}

}  // namespace nibble::NIBBLE_TARGET
