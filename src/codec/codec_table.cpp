#include <algorithm>
#include <vector>

#include "codec/codec.h"
#include "codec/searches.h"
#include "formats/list.h"

namespace nibble {

#define DECLARE(F) \
  template <>      \
  Codec codec_for<F>();
NIBBLE_FORMATS(DECLARE)
#undef DECLARE

namespace {

/// A codec with the quantizers of every method: its own first, then the searches.
struct Entry {
  Codec codec;
  std::vector<Quantizer> quantizers;
  Entry(const Codec& own, const std::vector<Quantizer>& searches)
      : codec(own), quantizers(own.quantizers.begin(), own.quantizers.end()) {
    quantizers.insert(quantizers.end(), searches.begin(), searches.end());
    codec.quantizers = quantizers;
  }
  Entry(Entry&&) = default;  // moving a vector keeps its elements where they are
};

std::vector<Entry>& table() {
  static std::vector<Entry> entries = [] {
    std::vector<Entry> list;
    const auto add = [&](const Codec& own) {
      std::vector<Quantizer> searches = listed_one_scale_searches(own.type);
      for (const auto& more : {listed_scale_and_offset_searches(own.type), listed_super_block_searches(own.type)}) {
        searches.insert(searches.end(), more.begin(), more.end());
      }
      list.emplace_back(own, searches);
    };
#define ENTRY(F) add(codec_for<F>());
    NIBBLE_FORMATS(ENTRY)
#undef ENTRY
    return list;
  }();
  return entries;
}

}  // namespace

void add_codec(const Codec& own, std::vector<Quantizer> searches) { table().emplace_back(own, searches); }

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

const Quantizer* quantizer_or_default(Type type, std::string_view method, Kernel kernel) {
  for (const std::string_view name : {method, llama_cpp, lowest_error_method}) {
    if (const Quantizer* quantizer = find_quantizer(type, name, kernel)) return quantizer;
  }
  return nullptr;
}

std::vector<std::string_view> methods_of(Type type) {
  std::vector<std::string_view> names;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (std::find(names.begin(), names.end(), quantizer.method) == names.end()) names.push_back(quantizer.method);
  }
  return names;
}

}  // namespace nibble
