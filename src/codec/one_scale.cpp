#include "codec/one_scale.h"

#include "codec/searches.h"
#include "formats/list.h"

namespace nibble {
namespace {

template <class F>
void add(Type type, std::vector<Quantizer>& list) {
  if constexpr (F::kind == FormatKind::one_scale) {
    if (F::type == type) list = one_scale_searches<F>();
  }
}

}  // namespace

std::vector<Quantizer> listed_one_scale_searches(Type type) {
  std::vector<Quantizer> list;
#define ENTRY(F) add<F>(type, list);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  return list;
}

}  // namespace nibble
