#include <vector>

#include "formats/grammar_of.h"
#include "formats/group_formats.h"
#include "formats/list.h"
#include "formats/point_grammar.h"
#include "names.h"

namespace nibble {
namespace {

std::vector<Format>& table() {
  static std::vector<Format> formats = {
#define ENTRY(F) describe<F>(),
      NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  };
  return formats;
}

}  // namespace

void add_format(const Format& format) { table().push_back(format); }

std::span<const Format> all_formats() { return table(); }

const Format* find_format(Type type) {
  for (const std::span<const Format> formats : {all_formats(), std::span<const Format>(group_formats())}) {
    for (const Format& format : formats) {
      if (format.type == type) return &format;
    }
  }
  return nullptr;
}

const Format* find_format(std::string_view name) {
  for (const Format& format : table()) {
    if (same_name(format.name, name)) return &format;
  }
  return nullptr;
}

const PointGrammar* find_codebook(Type type) {
  const PointGrammar* found = nullptr;
  const auto look_at = [&]<class F>() {
    if constexpr (requires { F::codebook; }) {
      static constexpr PointGrammar own = F::grammar();
      if (F::type == type) found = &own;
    }
  };
#define ENTRY(F) look_at.operator()<F>();
  NIBBLE_FORMATS(ENTRY)
#undef ENTRY
  return found;
}

const PointGrammar* find_points(Type type) {
  const PointGrammar* found = find_codebook(type);
  return found && found->shift_length == 0 ? found : nullptr;
}

const Format& format_of(Type type) { return *find_format(type); }

RunGrid Grammar::grid(const BlockParts& parts, uint32_t run) const {
  if (storage == Storage::real) {  // single floats
    return {bit_cast<float>(parts.scale[run]), has_offset(kind) ? bit_cast<float>(parts.minimum[run]) : 0};
  }
  if (!is_super_block(kind)) {
    return {stored_value(storage, parts.scale[run]), has_offset(kind) ? stored_value(storage, parts.minimum[run]) : 0};
  }
  return {f32_from_f16(parts.shared_scale) * static_cast<float>(parts.scale[run]),
          has_offset(kind) ? -(f32_from_f16(parts.shared_minimum) * static_cast<float>(parts.minimum[run])) : 0};
}

}  // namespace nibble
