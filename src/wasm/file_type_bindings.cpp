#include <emscripten/bind.h>

#include <string>

#include "codec/codec.h"
#include "json/json.h"
#include "recipe/file_types.h"

/// The list of file types, as web/src/wasm/types (FileTypeInfo) describes it.
namespace nibble {
namespace {

std::string file_types() {
  Json list = Json::list();
  for (const FileType& type : all_file_types()) {
    if (!type.copies && codec_of(type.default_type).quantizers.empty()) continue;  // not in this build
    list.push_back({{"name", type.name},
                    {"number", type.copies ? -1 : static_cast<int>(type.number)},
                    {"defaultType", type.copies ? std::string_view() : format_of(type.default_type).name},
                    {"summary", type.summary},
                    {"needsImportance", type.needs_importance}});
  }
  return list.dump();
}

EMSCRIPTEN_BINDINGS(nibble_file_types) { emscripten::function("fileTypes", &file_types); }

}  // namespace
}  // namespace nibble
