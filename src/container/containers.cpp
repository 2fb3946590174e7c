#include "container/bare_pickle.h"
#include "container/companion.h"
#include "container/file_reader.h"
#include "container/gguf_file.h"
#include "container/llama_ggml.h"
#include "container/npy_file.h"
#include "container/placeholder.h"
#include "container/safetensors.h"
#include "container/zip_file.h"
#include "error.h"

namespace nibble {
namespace {

/// A kind of file.
struct Container {
  bool (*matches)(const FileStart& start);
  std::unique_ptr<FileReader> (*open)(const FileStart& start);
};

/// The one list of kinds, asked in this order.
constexpr Container containers[] = {
    {is_gguf_file, open_gguf_file},      {is_llama_ggml_file, open_llama_ggml_file},
    {is_companion_file, open_companion}, {is_npy_file, open_npy_file},
    {is_zip_file, open_zip_file},        {is_bare_pickle, open_bare_pickle},
    {is_safetensors, open_safetensors},
};

}  // namespace

std::unique_ptr<FileReader> open_file_reader(const FileStart& start) {
  const bool companion = is_companion(start.name), has_start = !start.bytes.empty() || start.file_bytes == 0;
  if (has_start && !is_optional_companion(start.name)) {
    if (const auto reason = placeholder_reason(start.bytes)) throw Error(*reason);
  }
  if (has_start && !companion) {
    if (const auto reason = json_reason(start.bytes)) throw Error(*reason);
  }
  for (const Container& container : containers) {
    if (container.matches(start)) return container.open(start);
  }
  // Its sentences say what is wrong with a file that is none.
  return open_gguf_file(start);
}

}  // namespace nibble
