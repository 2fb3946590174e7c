#pragma once
#include "codec/one_scale.h"
#include "codec/scale_and_offset.h"
#include "codec/super_block.h"

namespace nibble::NIBBLE_TARGET {

/// Adds the searches registered for the kind of F; none for kinds without a choice to make.
template <class F>
void add_searches(TargetCodec& codec) {
  if constexpr (F::kind == FormatKind::one_scale) add_one_scale<F>(codec);
  if constexpr (F::kind == FormatKind::scale_and_offset) add_scale_and_offset<F>(codec);
  if constexpr (is_super_block(F::kind)) add_super_block<F>(codec);
}

/// The same for a codec of formats/list.h, where it is of the kind; compiled kind by kind.
void add_one_scale_searches(TargetCodec& codec);
void add_scale_and_offset_searches(TargetCodec& codec);
void add_super_block_searches(TargetCodec& codec);

/// Registers a format that formats/list.h does not have, on each target: as a global object of a kernel's source,
/// before the tables are used.
template <class F>
struct RegisteredFormat {
  RegisteredFormat() {
    if (!find_format(F::type)) add_format(describe<F>());
    TargetCodec codec{codec_for<F>(), {}, {}};
    add_searches<F>(codec);
    add_codec(codec);
  }
};

}  // namespace nibble::NIBBLE_TARGET
