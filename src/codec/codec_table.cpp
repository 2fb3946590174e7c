#include <algorithm>
#include <vector>

#include "codec/affine_search.h"
#include "codec/codec.h"
#include "codec/lowest_error.h"
#include "codec/scale_search.h"
#include "formats/list.h"

namespace nibble {

#define DECLARE(F) \
  template <>      \
  Codec codec_for<F>();
NIBBLE_FORMATS(DECLARE)
#undef DECLARE

namespace {

/// A codec with the quantizers of every method: its own first, then the scale searches.
struct Entry {
  Codec codec;
  std::vector<Quantizer> quantizers;
  explicit Entry(const Codec& own) : codec(own), quantizers(own.quantizers.begin(), own.quantizers.end()) {
    for (const auto& more :
         {scale_search_quantizers(own.type), affine_search_quantizers(own.type), lowest_error_quantizers(own.type)}) {
      quantizers.insert(quantizers.end(), more.begin(), more.end());
    }
    codec.quantizers = quantizers;
  }
  Entry(Entry&&) = default;  // moving a vector keeps its elements where they are
};

const std::vector<Entry>& table() {
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> list;
#define ENTRY(F) list.emplace_back(codec_for<F>());
    NIBBLE_FORMATS(ENTRY)
#undef ENTRY
    return list;
  }();
  return entries;
}

}  // namespace

const Codec& codec_of(Type type) {
  for (const Entry& entry : table()) {
    if (entry.codec.type == type) return entry.codec;
  }
  static const Codec none{};
  return none;
}

const Decoder* find_decoder(Type type, Kernel kernel) {
  const Decoder* found = nullptr;
  for (const Decoder& decoder : codec_of(type).decoders) {
    if (decoder.kernel == kernel) return &decoder;
    if (decoder.kernel == Kernel::scalar) found = &decoder;
  }
  return found;
}

const Quantizer* find_quantizer(Type type, std::string_view method, Kernel kernel) {
  const Quantizer* found = nullptr;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (quantizer.method != method) continue;
    if (quantizer.kernel == kernel) return &quantizer;
    if (quantizer.kernel == Kernel::scalar) found = &quantizer;
  }
  return found;
}

std::vector<std::string_view> methods_of(Type type) {
  std::vector<std::string_view> names;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (std::find(names.begin(), names.end(), quantizer.method) == names.end()) names.push_back(quantizer.method);
  }
  return names;
}

}  // namespace nibble
