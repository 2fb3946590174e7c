#include "plan/output_values.h"

#include <cstdlib>

#include "container/gguf_limits.h"

namespace nibble {
namespace {

void set_override(KeyValueList& values, const KeyOverride& one) {
  if (const int64_t* whole = std::get_if<int64_t>(&one.value)) {
    values.set_u32(one.key, static_cast<uint32_t>(std::llabs(*whole)));
  } else if (const double* real = std::get_if<double>(&one.value)) {
    values.set_f32(one.key, static_cast<float>(*real));
  } else if (const bool* truth = std::get_if<bool>(&one.value)) {
    values.set_bool(one.key, *truth);
  } else {
    values.set_string(one.key, std::get<std::string>(one.value));
  }
}

void set_importance(KeyValueList& values, const ImportanceMetadata& importance) {
  values.set_string("quantize.imatrix.file", importance.file);
  if (importance.dataset) values.set_string("quantize.imatrix.dataset", *importance.dataset);
  values.set_u32("quantize.imatrix.entries_count", importance.entries_count);
  if (importance.chunks_count) values.set_u32("quantize.imatrix.chunks_count", *importance.chunks_count);
}

}  // namespace

KeyValueList output_values(const GgufHeader& header, uint32_t file_type, std::span<const KeyOverride> overrides,
                           const std::optional<ImportanceMetadata>& importance, bool* realigned) {
  KeyValueList values;
  values.copy_all(header);
  values.set_u32(key::quantization_version, gguf::quantization_version);
  values.set_u32(key::file_type, file_type);
  for (const char* name : {key::split_number, key::split_count, key::split_tensors}) values.remove(name);
  for (const KeyOverride& one : overrides) set_override(values, one);
  if (importance) set_importance(values, *importance);
  *realigned = values.replace_u32(key::alignment, gguf::default_alignment);
  return values;
}

void set_split_values(KeyValueList& values, uint64_t number, uint64_t count, uint64_t tensors) {
  values.set_u16(key::split_number, static_cast<uint16_t>(number));
  values.set_u16(key::split_count, static_cast<uint16_t>(count));
  values.set_i32(key::split_tensors, static_cast<int32_t>(tensors));
}

}  // namespace nibble
