#include <emscripten/bind.h>

#include <nlohmann/json.hpp>
#include <string>

#include "codec/codec.h"
#include "formats/format.h"

/// What JavaScript sees, as web/src/wasm/nibble.d.ts declares it. No exception crosses the boundary: a JavaScript
/// caller gets a sentence instead.
namespace nibble {
namespace {

using Json = nlohmann::ordered_json;

std::string version() { return NIBBLE_VERSION; }
std::string best_kernel_name() { return std::string(kernel_name(best_kernel)); }

const char* importance_name(Importance importance) {
  switch (importance) {
    case Importance::ignored: return "ignored";
    case Importance::optional: return "optional";
    case Importance::required: return "required";
  }
  return "";
}

std::vector<std::string> methods_of(Type type) {
  std::vector<std::string> names;
  for (const Quantizer& quantizer : codec_of(type).quantizers) {
    const std::string name(quantizer.method);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string formats() {
  Json list = Json::array();
  for (const Format& format : all_formats()) {
    list.push_back({{"name", format.name},
                    {"summary", format.summary},
                    {"bitsPerWeight", format.bits_per_weight()},
                    {"blockLength", format.block_length},
                    {"blockBytes", format.block_bytes},
                    {"quantized", format.quantized},
                    {"importance", importance_name(format.importance)},
                    {"methods", methods_of(format.type)},
                    {"decodable", format.decode != nullptr}});
  }
  return list.dump();
}

EMSCRIPTEN_BINDINGS(nibble) {
  emscripten::function("version", &version);
  emscripten::function("bestKernel", &best_kernel_name);
  emscripten::function("formats", &formats);
}

}  // namespace
}  // namespace nibble
