#include "codec/scale_and_offset.h"

#include "codec/searches.h"
#include "formats/list.h"

namespace nibble {
namespace {

template <class F>
void add(Type type, std::vector<Quantizer>& list) {
  if constexpr (F::kind == FormatKind::scale_and_offset) {
    if (F::type == type) list = scale_and_offset_searches<F>();
  }
}

}  // namespace

std::vector<Quantizer> listed_scale_and_offset_searches(Type type) {
  std::vector<Quantizer> list;
#define ENTRY(F) add<F>(type, list);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  return list;
}

}  // namespace nibble
