#pragma once
#include "codec/one_scale.h"
#include "codec/scale_and_offset.h"
#include "codec/super_block.h"

namespace nibble {

/// The quantizers of the searches registered for the kind of F; none for kinds without a choice to make.
template <class F>
std::vector<Quantizer> searches_for() {
  if constexpr (F::kind == FormatKind::one_scale) return one_scale_searches<F>();
  if constexpr (F::kind == FormatKind::scale_and_offset) return scale_and_offset_searches<F>();
  if constexpr (is_super_block(F::kind)) return super_block_searches<F>();
  return {};
}

/// The same, of formats of formats/list.h, compiled kind by kind.
std::vector<Quantizer> listed_one_scale_searches(Type type);
std::vector<Quantizer> listed_scale_and_offset_searches(Type type);
std::vector<Quantizer> listed_super_block_searches(Type type);

/// Registers a format that formats/list.h does not have: as a global object, before the tables are used.
template <class F>
struct RegisteredFormat {
  RegisteredFormat() {
    add_format(describe<F>());
    add_codec(codec_for<F>(), searches_for<F>());
  }
};

}  // namespace nibble
