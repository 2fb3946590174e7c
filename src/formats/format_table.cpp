#include <iterator>

#include "formats/format.h"
#include "formats/list.h"
#include "names.h"

namespace nibble {
namespace {

template <class F>
constexpr Format describe() {
  Format format{};
  format.type = F::type;
  format.name = F::name;
  format.summary = F::summary;
  format.block_length = F::block_length;
  format.block_bytes = F::block_bytes;
  format.scale_length = F::scale_length;
  format.quantized = F::quantized;
  format.importance = F::importance;
  if constexpr (requires { &F::decode; }) format.decode = &F::decode;
  format.valid = &F::valid;
  if constexpr (requires { &F::range; }) format.range = &F::range;
  static_assert(F::block_length % F::scale_length == 0);
  return format;
}

constexpr Format table[] = {
#define ENTRY(F) describe<F>(),
    NIBBLE_FORMATS(ENTRY)
#undef ENTRY
};

}  // namespace

std::span<const Format> all_formats() { return table; }

const Format* find_format(Type type) {
  for (const Format& format : table) {
    if (format.type == type) return &format;
  }
  return nullptr;
}

const Format* find_format(std::string_view name) {
  for (const Format& format : table) {
    if (same_name(format.name, name)) return &format;
  }
  return nullptr;
}

const Format& format_of(Type type) { return *find_format(type); }

}  // namespace nibble
