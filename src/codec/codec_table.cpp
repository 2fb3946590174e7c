#include <algorithm>
#include <vector>

#include "codec/codec.h"
#include "codec/group_codecs.h"
#include "formats/point_grammar.h"

namespace nibble {

NIBBLE_IN_TARGETS(std::vector<TargetCodec> listed_codecs();)

namespace {

/// A codec with what every target brings: for each, llama.cpp's method first, then the searches.
struct Entry {
  Codec codec{};
  std::vector<Decoder> decoders;
  std::vector<Quantizer> quantizers;

  void add(const TargetCodec& target) {
    const bool is_first = decoders.empty() && quantizers.empty();
    codec.type = target.own.type;
    codec.weighted_needs_whole_row = target.own.weighted_needs_whole_row;
    decoders.insert(decoders.end(), target.own.decoders.begin(), target.own.decoders.end());
    append(target.own.quantizers);
    if (is_first) append(target.methods);
    append(target.searches);
    codec.decoders = decoders;
    codec.quantizers = quantizers;
  }
  void append(std::span<const Quantizer> more) { quantizers.insert(quantizers.end(), more.begin(), more.end()); }
};

/// Moving an entry keeps its vectors' elements, and so the spans of its codec, where they are.
void add_to(std::vector<Entry>& entries, const TargetCodec& codec) {
  for (Entry& entry : entries) {
    if (entry.codec.type == codec.own.type) return entry.add(codec);
  }
  entries.emplace_back().add(codec);
}

std::vector<Entry>& table() {
  static std::vector<Entry> entries = [] {
    std::vector<Entry> list;
    for (const Kernel kernel : every_kernel()) {
      for (const TargetCodec& codec : NIBBLE_OF_TARGET(kernel, listed_codecs)()) add_to(list, codec);
    }
    for (const TargetCodec& codec : group_codecs()) add_to(list, codec);
    return list;
  }();
  return entries;
}

}  // namespace

void add_codec(const TargetCodec& codec) { add_to(table(), codec); }

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
    if (!found) found = &decoder;
  }
  return found;
}

const Quantizer* find_quantizer(Type type, std::string_view method, Kernel kernel) {
  const Quantizer* found = nullptr;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (quantizer.method != method) continue;
    if (quantizer.kernel == kernel) return &quantizer;
    if (!found) found = &quantizer;
  }
  return found;
}

const Quantizer* quantizer_or_default(Type type, std::string_view method, Kernel kernel) {
  const bool above_lowest = method == calibrated_method || method == unbiased_method;
  for (const std::string_view name :
       {method, above_lowest ? lowest_error_method : llama_cpp, llama_cpp, lowest_error_method}) {
    if (const Quantizer* quantizer = find_quantizer(type, name, kernel)) return quantizer;
  }
  return nullptr;
}

bool can_calibrate(const Format& format) {
  const Grammar& grammar = format.grammar;
  if (find_points(format.type)) return !codec_of(format.type).quantizers.empty();
  return !grammar.levels.empty() && has_searches(grammar.kind) &&
         find_quantizer(format.type, lowest_error_method, best_kernel()) != nullptr;
}

std::vector<std::string_view> methods_of(Type type) {
  std::vector<std::string_view> names;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    if (std::find(names.begin(), names.end(), quantizer.method) == names.end()) names.push_back(quantizer.method);
  }
  return names;
}

}  // namespace nibble
