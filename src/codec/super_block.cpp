#include "codec/super_block.h"

#include "codec/searches.h"
#include "formats/list.h"

namespace nibble {
namespace {

template <class F>
void add(Type type, std::vector<Quantizer>& list) {
  if constexpr (is_super_block(F::kind)) {
    if (F::type == type) list = super_block_searches<F>();
  }
}

}  // namespace

std::vector<Quantizer> listed_super_block_searches(Type type) {
  std::vector<Quantizer> list;
#define ENTRY(F) add<F>(type, list);
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  return list;
}

}  // namespace nibble
